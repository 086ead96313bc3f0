// One phase in one NiiVue canvas: loading, window and heat in the slice shader, and where a voxel is on the screen.
//
// What is sent runs to the patient's right, anterior and superior, so voxel axes 0, 1, 2 are R, A, S in all of this folder.

import { Niivue, NVImage } from "./niivue.min.js";

export const PLANES = {
  axial: { type: 0, across: 2, axes: [0, 1] },
  coronal: { type: 1, across: 1, axes: [0, 2] },
  sagittal: { type: 2, across: 0, axes: [1, 2] },
};

const HEAT_UNIT = 15; // NiiVue uses the texture units 0 to 10
const HEAT_STOPS = 5;
// The window and the heat are applied as the slice is drawn: no volume is computed again when one of them changes. The
// heat's opacity rises from 0.1 to 0.6, as on the slice pictures.
const SLICE_SHADER = `#version 300 es
precision highp int;
precision highp float;
uniform highp sampler3D volume;
uniform highp sampler3D heat;
uniform float opacity;
uniform float windowLow;
uniform float windowWidth;
uniform float heatOpacity;
uniform vec3 heatLow;
uniform vec3 heatSize;
uniform vec3 heatColours[${HEAT_STOPS}];
in vec3 texPos;
out vec4 color;
void main() {
  float grey = clamp((texture(volume, texPos).r - windowLow) / windowWidth, 0.0, 1.0);
  color = vec4(vec3(grey), opacity);
  vec3 at = (texPos - heatLow) / heatSize;
  if (heatOpacity <= 0.0 || any(lessThan(at, vec3(0.0))) || any(greaterThan(at, vec3(1.0)))) return;
  float h = clamp(texture(heat, at).r, 0.0, 1.0);
  float place = h * float(${HEAT_STOPS - 1});
  int below = min(int(place), ${HEAT_STOPS - 2});
  vec3 colour = mix(heatColours[below], heatColours[below + 1], place - float(below));
  color.rgb = mix(color.rgb, colour, heatOpacity * clamp((h - 0.1) / 0.5, 0.0, 1.0));
}`;

export class Picture {
  constructor(canvas, range) {
    this.canvas = canvas;
    this.range = range; // HU of the darkest and the brightest level sent
    this.nv = new Niivue({
      backColor: [0, 0, 0, 1],
      crosshairWidth: 0,
      dragAndDropEnabled: false,
      interactive: false,
      isAntiAlias: false,
      isOrientationTextVisible: false,
      isRadiologicalConvention: true,
      loadingText: "",
      logLevel: "error",
      sagittalNoseLeft: true,
      show3Dcrosshair: false,
      sliceType: PLANES.axial.type,
    });
  }

  async open() {
    await this.nv.attachToCanvas(this.canvas, false);
    const gl = (this.gl = this.nv.gl);
    this.withoutGradients();
    this.nv.setCustomSliceShader(SLICE_SHADER);
    this.program = this.nv.customSliceShader.program;
    this.heat = this.texture([1, 1, 1], new Uint8Array(1));
    gl.useProgram(this.program);
    gl.uniform1i(gl.getUniformLocation(this.program, "heat"), HEAT_UNIT);
  }

  // NiiVue prepares the shading of a 3D rendering for every volume, in two textures of four bytes a voxel. Only slices are
  // shown here: while it does so, the volume counts as one voxel.
  withoutGradients() {
    const { nv } = this;
    const allocate = nv.rgbaTex.bind(nv);
    let restore = null;
    nv.rgbaTex = (texture, unit, dims, ...rest) => {
      if (!restore && dims === nv.volumes[0]?.hdr.dims) {
        const kept = dims.slice();
        restore = () => kept.forEach((n, axis) => (dims[axis] = n));
        dims.fill(1, 1, 4);
      }
      return allocate(texture, unit, dims, ...rest);
    };
    nv.onVolumeUpdated = () => {
      restore?.();
      restore = null;
    };
  }

  async load(nifti) {
    const [low, high] = this.range;
    const image = await NVImage.new(nifti, "volume.nii", "gray", 1, null, low, high);
    this.nv.addVolume(image);
    this.shape = image.dimsRAS.slice(1, 4);
    this.levels = image.img;
  }

  texture(shape, levels) {
    const gl = this.gl;
    const made = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + HEAT_UNIT);
    gl.bindTexture(gl.TEXTURE_3D, made);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_3D, filter, gl.LINEAR);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R]) gl.texParameteri(gl.TEXTURE_3D, wrap, gl.CLAMP_TO_EDGE);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage3D(gl.TEXTURE_3D, 0, gl.R8, ...shape, 0, gl.RED, gl.UNSIGNED_BYTE, levels);
    gl.activeTexture(gl.TEXTURE0);
    return made;
  }

  // `heat` as the page sends it, with its levels fetched; null takes it away.
  setHeat(heat, levels) {
    this.gl.deleteTexture(this.heat);
    this.heatBox = heat;
    this.heat = heat ? this.texture(heat.shape, levels) : this.texture([1, 1, 1], new Uint8Array(1));
  }

  // HU at a voxel, to the nearest 2.
  hu([r, a, s]) {
    const [low, high] = this.range;
    const level = this.levels[r + this.shape[0] * (a + this.shape[1] * s)];
    return low + ((high - low) / 255) * level;
  }

  draw(look) {
    const { nv, gl } = this;
    if (!this.shape) return;
    const [low, high] = this.range;
    gl.useProgram(this.program);
    const set = (name) => gl.getUniformLocation(this.program, name);
    gl.uniform1f(set("windowLow"), (look.low - low) / (high - low));
    gl.uniform1f(set("windowWidth"), (look.high - look.low) / (high - low));
    gl.uniform1f(set("heatOpacity"), this.heatBox ? look.opacity : 0);
    if (this.heatBox) {
      gl.uniform3fv(set("heatLow"), this.heatBox.low);
      gl.uniform3fv(set("heatSize"), this.heatBox.size);
      gl.uniform3fv(set("heatColours"), this.heatBox.colours);
    }
    gl.activeTexture(gl.TEXTURE0 + HEAT_UNIT);
    gl.bindTexture(gl.TEXTURE_3D, this.heat);
    gl.activeTexture(gl.TEXTURE0);
    nv.opts.sliceType = PLANES[look.plane].type;
    nv.scene.crosshairPos = this.share(look.at);
    nv.scene.pan2Dxyzmm = [...look.pan, look.zoom];
    nv.drawScene();
    this.lay(look.plane);
  }

  share(voxel) {
    return voxel.map((n, axis) => (n + 0.5) / this.shape[axis]);
  }

  // Places in mm along the voxel axes, as NiiVue lays slices out.
  mm(voxel) {
    return Array.from(this.nv.frac2mm(this.share(voxel))).slice(0, 3);
  }

  // The scale from voxels to CSS pixels of the slice just drawn, from two of its corners.
  lay(plane) {
    const tile = this.nv.screenSlices[0];
    const { axes } = PLANES[plane];
    const ratio = this.canvas.width / this.canvas.clientWidth || 1;
    const [left, top, width, height] = tile.leftTopWidthHeight;
    const pixel = (voxel) => {
      const mm = this.mm(voxel);
      const across = (mm[axes[0]] - tile.leftTopMM[0]) / tile.fovMM[0];
      const up = (mm[axes[1]] - tile.leftTopMM[1]) / tile.fovMM[1];
      return [(left + across * width) / ratio, (top + (1 - up) * height) / ratio];
    };
    const first = pixel([0, 0, 0]);
    const last = pixel(this.shape.map((n) => n - 1));
    this.scale = [0, 1].map((n) => (last[n] - first[n]) / Math.max(1, this.shape[axes[n]] - 1));
    this.offset = first;
  }

  // CSS pixels of a place (u, v) in voxels along the plane's two axes, and back.
  toScreen(u, v) {
    return [this.offset[0] + u * this.scale[0], this.offset[1] + v * this.scale[1]];
  }

  toVoxels(x, y) {
    return [(x - this.offset[0]) / this.scale[0], (y - this.offset[1]) / this.scale[1]];
  }

  close() {
    this.nv.cleanup();
    this.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
