// GLSL of the CT scene. Values stay Hounsfield units until the window turns them into grey (PS3.3 C.11.2.1.2). Programs are made for what is
// drawn just now and hold no branches: a software renderer runs every side of a branch for every pixel.
export const ABSENT = -32768; // a slice that has not come yet
export const MISSING = -32767; // a slice that the series lost

// from: "volume" (an axial slice where it lies) or "flat" (a plane cut before); smooth: between voxels or as they are; tinted: with saliency
export const sliceShader = ({ from, smooth, tinted }) => `#version 300 es
precision highp float; precision highp int; precision highp isampler3D; precision highp isampler2D; precision highp sampler3D;
uniform ${from === "volume" ? "isampler3D" : "isampler2D"} source;
uniform int at;              // slice of the volume
uniform ivec2 last;          // largest column and row
uniform vec4 map;            // image pixel = fragment * map.xy + map.zw
uniform vec2 level;          // window centre, window width
uniform vec2 ends;           // grey of dark and bright: (0, 1), or (1, 0) inverted
${tinted ? "uniform sampler3D heat; uniform vec3 origin, across, down; uniform float strength;" : ""}
out vec4 colour;
int hu(ivec2 p) { return texelFetch(source, ${from === "volume" ? "ivec3(p, at)" : "p"}, 0).r; }
void main() {
  vec2 q = gl_FragCoord.xy * map.xy + map.zw;
  ${smooth ? SMOOTH : SHARP}
  float g = clamp((v - (level.x - 0.5)) / max(level.y - 1.0, 1e-6) + 0.5, 0.0, 1.0);
  vec3 rgb = low == ${ABSENT} ? vec3(0.0) : low == ${MISSING} ? vec3(0.10, 0.07, 0.02) : vec3(mix(ends.x, ends.y, g));
  ${tinted ? TINT : ""}
  colour = vec4(rgb, 1.0);
}`;

const SMOOTH = `vec2 f = q - 0.5; ivec2 i = ivec2(floor(f)); vec2 w = fract(f);
  ivec2 a = clamp(i, ivec2(0), last), d = clamp(i + 1, ivec2(0), last);
  ivec4 n = ivec4(hu(a), hu(ivec2(d.x, a.y)), hu(ivec2(a.x, d.y)), hu(d));
  int low = min(min(n.x, n.y), min(n.z, n.w));
  vec4 h = vec4(n);
  float v = mix(mix(h.x, h.y, w.x), mix(h.z, h.w, w.x), w.y);`;

const SHARP = `int low = hu(clamp(ivec2(floor(q)), ivec2(0), last));
  float v = float(low);`;

// Orange speaks for, blue with hatching against: told apart without colours too.
const TINT = `vec3 s = origin + q.x * across + q.y * down;
  float inside = all(greaterThanEqual(s, vec3(0.0))) && all(lessThanEqual(s, vec3(1.0))) ? 1.0 : 0.0;
  float r = texture(heat, s).r * inside;
  float hatch = r < 0.0 && mod(gl_FragCoord.x + gl_FragCoord.y, 8.0) < 2.5 ? 0.35 : 1.0;
  rgb = mix(rgb, r < 0.0 ? vec3(0.30, 0.65, 1.0) : vec3(1.0, 0.55, 0.10), pow(abs(r), 0.7) * hatch * strength);`;

// A plane of the volume, or a slab of planes, as Hounsfield units one to one.
export const CUT = `#version 300 es
precision highp float; precision highp int; precision highp isampler3D; precision highp usampler2D;
uniform isampler3D source;
uniform usampler2D state;    // one texel a slice: 0 not here yet, 1 here, 2 missing in the series
uniform int depth;           // slices
uniform int axis;            // 0 axial, 1 coronal, 2 sagittal
uniform int first;           // of the slab
uniform int count;
uniform int kind;            // 0 highest, 1 lowest, 2 mean
uniform bool headLast;       // the last slice is the one nearest the head
out ivec4 made;
void main() {
  ivec2 p = ivec2(gl_FragCoord.xy);
  int z = headLast ? depth - 1 - p.y : p.y;
  int best = kind == 1 ? 32767 : -32768, n = 0, lost = 0;
  float sum = 0.0;
  for (int i = first; i < first + count; i++) {
    ivec3 v = axis == 0 ? ivec3(p, i) : axis == 1 ? ivec3(p.x, i, z) : ivec3(i, p.x, z);
    uint here = texelFetch(state, ivec2(v.z, 0), 0).r;
    int hu = texelFetch(source, v, 0).r;
    lost = here == 2u ? 1 : lost;
    if (here == 1u) { best = kind == 1 ? min(best, hu) : max(best, hu); sum += float(hu); n++; }
  }
  int value = kind == 2 ? int(floor(sum / max(float(n), 1.0) + 0.5)) : best;
  made = ivec4(n > 0 ? max(value, -32766) : lost == 1 ? ${MISSING} : ${ABSENT});
}`;
