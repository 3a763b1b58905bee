import { CanvasPainter } from "./canvas_painter.ts";
import { context_2d, ground } from "./painter.ts";
import type { Layer, Mode, Painter, Scene } from "./painter.ts";

// One WebGL2 context draws for all views (browsers allow about 16 at a time) into a shared surface,
// from which each view copies its part. The class map stays a map of indices on the card: solo and
// hide change only the palette's 1 KiB.

const vertex_source = `#version 300 es
uniform vec4 place; // of the picture in clip space: x, y (top left), width, height (downwards)
out vec2 at; // of the picture, 0..1, y downwards
void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(place.xy + vec2(at.x, -at.y) * place.zw, 0.0, 1.0);
}`;

const fragment_source = `#version 300 es
precision highp float;
precision highp usampler2D;
uniform sampler2D picture;
uniform usampler2D map;
uniform sampler2D palette;
uniform vec4 area; // part of the picture that the map covers, 0..1; no width: no map
uniform vec3 ground;
uniform float opacity;
uniform float divider; // device pixels from the left
uniform int mode; // 0 overlay, 1 split, 2 mask, 3 video
in vec2 at;
out vec4 colour;

vec4 class_colour() {
  if (area.z <= 0.0) return vec4(0.0);
  vec2 inside = (at - area.xy) / area.zw;
  if (any(lessThan(inside, vec2(0.0))) || any(greaterThanEqual(inside, vec2(1.0)))) {
    return vec4(0.0);
  }
  uint index = texelFetch(map, ivec2(inside * vec2(textureSize(map, 0))), 0).r;
  return texelFetch(palette, ivec2(int(index), 0), 0);
}

void main() {
  vec3 video = texture(picture, at).rgb;
  vec4 class_here = class_colour();
  bool mask_only = mode == 2 || (mode == 1 && gl_FragCoord.x >= divider);
  if (mask_only) {
    colour = vec4(class_here.a > 0.25 ? class_here.rgb : ground, 1.0);
  } else if (mode == 0 && class_here.a > 0.75) {
    colour = vec4(mix(video, class_here.rgb, opacity), 1.0);
  } else {
    colour = vec4(video, 1.0);
  }
}`;

const mode_numbers: Record<Mode, number> = { overlay: 0, split: 1, mask: 2, video: 3 };

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (!shader) throw new Error("WebGL2: no shader");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
    throw new Error(`WebGL2: ${gl.getShaderInfoLog(shader)}`);
  }
  return shader;
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, vertex_source));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, fragment_source));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`WebGL2: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

const uniform_names = [
  "place",
  "picture",
  "map",
  "palette",
  "area",
  "ground",
  "opacity",
  "divider",
  "mode",
] as const;
type Uniforms = Record<(typeof uniform_names)[number], WebGLUniformLocation | null>;

interface Surface {
  canvas: HTMLCanvasElement;
  gl: WebGL2RenderingContext;
  uniforms: Uniforms;
  generation: number; // grows when the context was lost and came back
}

function make_texture(gl: WebGL2RenderingContext, smooth: boolean): WebGLTexture {
  const texture = gl.createTexture();
  const filter = smooth ? gl.LINEAR : gl.NEAREST;
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

interface Textures {
  generation: number;
  picture: WebGLTexture;
  map: WebGLTexture;
  palette: WebGLTexture;
  versions: { picture: number; map: number; palette: number };
}

class WebglLayer implements Layer {
  readonly #surface: Surface;
  readonly #context: CanvasRenderingContext2D;
  #textures: Textures | null = null;
  #meanwhile: Layer | null = null; // draws while the graphics card is not there

  constructor(surface: Surface, canvas: HTMLCanvasElement) {
    this.#surface = surface;
    this.#context = context_2d(canvas);
  }

  draw(scene: Scene): void {
    const { gl, canvas: shared } = this.#surface;
    const { width, height } = this.#context.canvas;
    if (width === 0 || height === 0) return;
    if (gl.isContextLost()) {
      this.#meanwhile ??= new CanvasPainter().make_layer(this.#context.canvas);
      return this.#meanwhile.draw(scene);
    }
    if (shared.width < width) shared.width = width;
    if (shared.height < height) shared.height = height;
    this.#upload(scene);
    this.#set_uniforms(scene, width, height);
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (scene.shown.picture) gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    this.#context.clearRect(0, 0, width, height);
    const top = shared.height - height;
    this.#context.drawImage(shared, 0, top, width, height, 0, 0, width, height);
  }

  free(): void {
    const { gl, generation } = this.#surface;
    if (this.#textures?.generation === generation) {
      gl.deleteTexture(this.#textures.picture);
      gl.deleteTexture(this.#textures.map);
      gl.deleteTexture(this.#textures.palette);
    }
    this.#textures = null;
  }

  #make_textures(): Textures {
    const { gl, generation } = this.#surface;
    return {
      generation,
      picture: make_texture(gl, true),
      map: make_texture(gl, false),
      palette: make_texture(gl, false),
      versions: { picture: -1, map: -1, palette: -1 },
    };
  }

  #upload({ shown, palette }: Scene): void {
    const { gl, generation } = this.#surface;
    if (this.#textures?.generation !== generation) this.#textures = this.#make_textures();
    const { versions, ...textures } = this.#textures;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, textures.picture);
    if (shown.picture && versions.picture !== shown.picture_version) {
      versions.picture = shown.picture_version;
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, shown.picture);
    }
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, textures.map);
    if (versions.map !== shown.map_version) {
      versions.map = shown.map_version;
      const map = shown.map ?? { width: 1, height: 1, indices: new Uint8Array([255]) };
      const { width, height, indices } = map;
      const [format, type] = [gl.RED_INTEGER, gl.UNSIGNED_BYTE];
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, width, height, 0, format, type, indices);
    }
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_2D, textures.palette);
    if (versions.palette !== palette.version) {
      versions.palette = palette.version;
      const [format, type] = [gl.RGBA, gl.UNSIGNED_BYTE];
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, format, type, palette.rgba);
    }
  }

  #set_uniforms(scene: Scene, width: number, height: number): void {
    const { gl, uniforms } = this.#surface;
    const { place, shown } = scene;
    gl.uniform4f(
      uniforms.place,
      (place.x / width) * 2 - 1,
      1 - (place.y / height) * 2,
      (place.width / width) * 2,
      (place.height / height) * 2,
    );
    gl.uniform1i(uniforms.picture, 0);
    gl.uniform1i(uniforms.map, 1);
    gl.uniform1i(uniforms.palette, 2);
    if (shown.map && shown.mask) {
      const { area, width: w, height: h } = shown.mask.header;
      const x = (area[0] + shown.shift[0]) / w;
      const y = (area[1] + shown.shift[1]) / h;
      gl.uniform4f(uniforms.area, x, y, area[2] / w, area[3] / h);
    } else {
      gl.uniform4f(uniforms.area, 0, 0, 0, 0);
    }
    gl.uniform3f(uniforms.ground, ground[0] / 255, ground[1] / 255, ground[2] / 255);
    gl.uniform1f(uniforms.opacity, scene.opacity);
    gl.uniform1f(uniforms.divider, scene.divider);
    gl.uniform1i(uniforms.mode, mode_numbers[scene.mode]);
  }
}

function set_up(gl: WebGL2RenderingContext): Uniforms {
  const program = link(gl);
  gl.useProgram(program);
  gl.clearColor(0, 0, 0, 0);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  const locations = uniform_names.map((name) => [name, gl.getUniformLocation(program, name)]);
  return Object.fromEntries(locations) as Uniforms;
}

export class WebglPainter implements Painter {
  readonly kind = "webgl2";
  readonly #surface: Surface;

  // Throws where there is no usable WebGL2. `restored` is called when a lost context came back
  // and everything must be drawn again.
  constructor(restored: () => void) {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false, stencil: false });
    if (!gl) throw new Error("WebGL2: not there");
    this.#surface = { canvas, gl, uniforms: set_up(gl), generation: 1 };
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.#surface.uniforms = set_up(gl);
      ++this.#surface.generation;
      restored();
    });
  }

  make_layer(canvas: HTMLCanvasElement): Layer {
    return new WebglLayer(this.#surface, canvas);
  }
}
