// NiiVue in one hidden canvas: it holds both phases, draws a slice of either into a picture, and says where a voxel is on it.
//
// One canvas serves both pictures, since both phases lie on one grid, and lives as long as the page: coming back costs nothing.
// What is sent runs to the patient's right, anterior and superior, so voxel axes 0, 1, 2 are R, A, S in all of this folder.

import { Niivue, NVImage } from "./niivue.min.js";

export const PLANES = {
  axial: { type: 0, across: 2, axes: [0, 1] },
  coronal: { type: 1, across: 1, axes: [0, 2] },
  sagittal: { type: 2, across: 0, axes: [1, 2] },
};

const PHASE_UNIT = 14; // NiiVue uses the texture units 0 to 10
const HEAT_UNIT = 15;
const HEAT_STOPS = 5;
// The window and the heat are applied as the slice is drawn: no volume is computed again when one of them changes. The
// heat's opacity rises from 0.1 to 0.6, as on the slice pictures.
const SLICE_SHADER = `#version 300 es
precision highp int;
precision highp float;
uniform highp sampler3D phase;
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
  float grey = clamp((texture(phase, texPos).r - windowLow) / windowWidth, 0.0, 1.0);
  color = vec4(vec3(grey), opacity);
  vec3 at = (texPos - heatLow) / heatSize;
  if (heatOpacity <= 0.0 || any(lessThan(at, vec3(0.0))) || any(greaterThan(at, vec3(1.0)))) return;
  float h = clamp(texture(heat, at).r, 0.0, 1.0);
  float place = h * float(${HEAT_STOPS - 1});
  int below = min(int(place), ${HEAT_STOPS - 2});
  vec3 colour = mix(heatColours[below], heatColours[below + 1], place - float(below));
  color.rgb = mix(color.rgb, colour, heatOpacity * clamp((h - 0.1) / 0.5, 0.0, 1.0));
}`;

const HEADER_BYTES = 352; // of the NIfTI files that the page sends
let shared = null;

// The one engine of this page; a new one after the browser took its graphics memory away.
export function engine() {
  if (!shared || shared.lost) shared = new Engine();
  return shared;
}

class Engine {
  constructor() {
    this.glass = document.createElement("canvas");
    this.nv = new Niivue({
      backColor: [0, 0, 0, 1],
      crosshairWidth: 0,
      dragAndDropEnabled: false,
      interactive: false,
      isAntiAlias: false,
      isOrientationTextVisible: false,
      isRadiologicalConvention: true,
      isResizeCanvas: false,
      loadingText: "",
      logLevel: "error",
      sagittalNoseLeft: true,
      show3Dcrosshair: false,
      sliceType: PLANES.axial.type,
    });
    document.createElement("div").append(this.glass);
  }

  open() {
    this.opening ??= this.start();
    this.opening.catch(() => (this.lost = true));
    return this.opening;
  }

  async start() {
    this.glass.addEventListener("webglcontextlost", () => (this.lost = true));
    await this.nv.attachToCanvas(this.glass, false);
    const gl = (this.gl = this.nv.gl);
    this.withoutBaking();
    this.nv.setCustomSliceShader(SLICE_SHADER);
    this.program = this.nv.customSliceShader.program;
    gl.useProgram(this.program);
    gl.uniform1i(gl.getUniformLocation(this.program, "phase"), PHASE_UNIT);
    gl.uniform1i(gl.getUniformLocation(this.program, "heat"), HEAT_UNIT);
    this.heat = this.texture(HEAT_UNIT, [1, 1, 1], new Uint8Array(1));
  }

  // NiiVue computes each volume's colours, and the shading of a 3D rendering, into textures of four bytes a voxel. The
  // slice shader needs neither: it reads the levels as they are sent. While NiiVue computes, the volume counts as one voxel.
  withoutBaking() {
    const { nv } = this;
    const allocate = nv.rgbaTex.bind(nv);
    let restore = null;
    nv.rgbaTex = (texture, unit, dims, ...rest) => {
      const volume = nv.volumes[0];
      if (!restore && volume && dims === volume.dimsRAS) {
        const kept = [volume.dimsRAS, volume.hdr.dims].map((own) => [own, own.slice()]);
        restore = () => kept.forEach(([own, before]) => before.forEach((n, axis) => (own[axis] = n)));
        for (const [own] of kept) own.fill(1, 1, 4);
      }
      return allocate(texture, unit, dims, ...rest);
    };
    nv.onVolumeUpdated = () => {
      restore?.();
      restore = null;
    };
  }

  // Both phases of a case, unless they are there: `files` are promises of NIfTI files, `range` the HU of the darkest and the
  // brightest level.
  async load(token, files, range) {
    if (this.token === token) return;
    const [buffers] = await Promise.all([Promise.all(files()), this.open()]);
    const image = await NVImage.new(buffers[0], "volume.nii", "gray", 1, null, ...range);
    for (const volume of [...this.nv.volumes]) this.nv.removeVolume(volume);
    this.nv.addVolume(image);
    this.shape = Array.from(image.dimsRAS).slice(1, 4);
    this.range = range;
    for (const old of this.phases ?? []) this.gl.deleteTexture(old);
    this.levels = buffers.map((buffer) => new Uint8Array(buffer, HEADER_BYTES));
    this.phases = this.levels.map((levels) => this.texture(PHASE_UNIT, this.shape, levels));
    this.setHeat(null);
    this.token = token;
  }

  texture(unit, shape, levels) {
    const gl = this.gl;
    const made = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + unit);
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
    this.heat = this.texture(HEAT_UNIT, heat ? heat.shape : [1, 1, 1], heat ? levels : new Uint8Array(1));
  }

  // HU of a phase at a voxel, to the nearest 2.
  hu(phase, [r, a, s]) {
    const [low, high] = this.range;
    return low + ((high - low) / 255) * this.levels[phase][r + this.shape[0] * (a + this.shape[1] * s)];
  }

  // The slice of a phase that `look` tells, at the size of a picture in CSS pixels.
  draw(phase, look, width, height, ratio) {
    const { nv, gl } = this;
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (this.glass.width !== w) this.glass.width = w;
    if (this.glass.height !== h) this.glass.height = h;
    this.tell(look);
    for (const [unit, texture] of [[HEAT_UNIT, this.heat], [PHASE_UNIT, this.phases[phase]]]) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_3D, texture);
    }
    gl.activeTexture(gl.TEXTURE0);
    nv.opts.sliceType = PLANES[look.plane].type;
    nv.scene.crosshairPos = this.share(look.at);
    nv.scene.pan2Dxyzmm = [...look.pan, look.zoom];
    nv.drawScene();
    this.lay(look.plane, ratio);
    return this.glass;
  }

  // Window and heat to the slice shader.
  tell(look) {
    const { gl, program, heatBox: heat } = this;
    const [low, high] = this.range;
    const place = (name) => gl.getUniformLocation(program, name);
    gl.useProgram(program);
    gl.uniform1f(place("windowLow"), (look.low - low) / (high - low));
    gl.uniform1f(place("windowWidth"), (look.high - look.low) / (high - low));
    gl.uniform1f(place("heatOpacity"), heat ? look.opacity : 0);
    if (!heat) return;
    gl.uniform3fv(place("heatLow"), heat.low);
    gl.uniform3fv(place("heatSize"), heat.size);
    gl.uniform3fv(place("heatColours"), heat.colours);
  }

  share(voxel) {
    return voxel.map((n, axis) => (n + 0.5) / this.shape[axis]);
  }

  // Places in mm along the voxel axes, as NiiVue lays slices out.
  mm(voxel) {
    return Array.from(this.nv.frac2mm(this.share(voxel))).slice(0, 3);
  }

  // The scale from voxels to CSS pixels of the slice just drawn, from two of its corners.
  lay(plane, ratio) {
    const tile = this.nv.screenSlices[0];
    const { axes } = PLANES[plane];
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
}
