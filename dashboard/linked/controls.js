// The bars above the pictures. They show what `look` says and tell what was asked for.

export function make(kind, properties = {}, ...children) {
  const made = Object.assign(document.createElement(kind), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export class Controls {
  constructor(words, told) {
    this.words = words;
    this.told = told;
    this.groups = {};
    this.look = make("div", { className: "bar" });
    this.move = make("div", { className: "bar" });
    this.outline = make("input", { type: "checkbox" });
    this.outline.addEventListener("change", () => told.set({ outline: this.outline.checked }));
    this.opacity = this.range(0, 100, 5, (value) => told.set({ opacity: value / 100 }));
    this.slice = this.range(1, 2, 1, (value) => told.number(value));
    this.slice.classList.add("long");
    this.size = this.range(2, 30, 1, (value) => told.set({ size: value }));
  }

  range(min, max, step, changed) {
    const made = make("input", { type: "range", min, max, step });
    made.addEventListener("input", () => changed(Number(made.value)));
    return made;
  }

  button(words, clicked) {
    const made = make("button", { type: "button", textContent: words });
    made.addEventListener("click", clicked);
    return made;
  }

  // Buttons of which one is pressed.
  group(name, words, options, chosen) {
    const buttons = options.map(([key, label]) => {
      const made = this.button(label, () => chosen(key));
      made.dataset.key = key;
      return made;
    });
    this.groups[name] = buttons;
    const row = make("div", { className: "group" }, ...buttons);
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", words);
    return make("div", { className: "field" }, make("span", { textContent: words }), row);
  }

  field(words, input, output = null) {
    return make("label", { className: "field" }, make("span", {}, words, output ?? ""), input);
  }

  // Draw the bars for what the page sends; done again only when it changes what can be chosen.
  build(data) {
    const { words } = this;
    const planes = data.planes.map(({ key, name }) => [key, name]);
    const windows = data.windows.map(({ name }, n) => [String(n), name]);
    const tools = ["look", "move", "level", "measure", ...(data.tissue ? ["brush", "eraser"] : [])];
    this.sliceWords = make("b");
    this.percent = make("b");
    this.sizeWords = make("b");
    this.hottest = this.button(words.hottest, () => this.told.jump("hottest"));
    this.lesion = this.button(words.lesion, () => this.told.jump("lesion"));
    this.clear = this.button(words.clear, () => this.told.clear());
    this.sizeField = this.field(`${words.size} `, this.size, this.sizeWords);
    const outline = make("label", { className: "check" }, this.outline, words.outline);
    this.look.replaceChildren(
      this.group("plane", words.plane, planes, (key) => this.told.plane(key)),
      this.group("window", words.window, windows, (key) => this.told.window(Number(key))),
      this.group("tool", words.tool, tools.map((tool) => [tool, words[tool]]), (key) => this.told.set({ tool: key })),
      this.sizeField,
    );
    this.move.replaceChildren(
      this.field("", this.slice, this.sliceWords),
      this.hottest,
      this.lesion,
      this.field(`${words.opacity} `, this.opacity, this.percent),
      outline,
      this.clear,
      this.button(words.reset, () => this.told.reset()),
    );
  }

  show(data, look, number, lengths) {
    const plane = data.planes.find(({ key }) => key === look.plane);
    const pressed = {
      plane: look.plane,
      window: String(data.windows.findIndex(({ low, high }) => low === look.low && high === look.high)),
      tool: look.tool,
    };
    for (const [name, buttons] of Object.entries(this.groups)) {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.key === pressed[name]));
    }
    const [first, last] = plane.ends;
    Object.assign(this.slice, { min: first, max: last, value: number, disabled: first === last });
    this.sliceWords.textContent = `${this.words.slice} ${number} ${this.words.of} ${plane.count}`;
    this.outline.checked = look.outline;
    this.outline.disabled = !data.mask;
    this.opacity.value = Math.round(look.opacity * 100);
    this.opacity.disabled = !data.heat;
    this.percent.textContent = `${Math.round(look.opacity * 100)} %`;
    this.size.value = look.size;
    this.sizeWords.textContent = look.size;
    this.sizeField.hidden = look.tool !== "brush" && look.tool !== "eraser";
    this.hottest.hidden = !data.heat;
    this.lesion.hidden = !data.lesion;
    this.clear.hidden = lengths === 0;
  }
}
