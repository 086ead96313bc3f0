"""A PACS by DICOMweb: the only outgoing connection of the product, made only to an address that was given."""
