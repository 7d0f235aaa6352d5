// GLSL of mammograms. Values stay the stored integers until window or look-up table turn them into grey (PS3.3 C.11.2).
export const PICTURE = `#version 300 es
precision highp float; precision highp int; precision highp usampler2DArray; precision highp usampler2D; precision highp sampler2D;
uniform usampler2DArray picture;  // the image in tiles, one layer a tile
uniform usampler2D table;         // VOI LUT, 256 entries a row
uniform sampler2D heat;
uniform ivec2 size;               // of this level, pixels
uniform ivec2 tile;               // size of one tile
uniform int across;               // tiles in a row
uniform vec4 heatBox;             // where the heat map lies: left, top, right, bottom as fractions of the image
uniform float heatOpacity;        // 0: off
uniform vec2 base;                // window of the file: centre, width
uniform vec2 level;               // window asked for: centre, width
uniform bool inverted;
uniform vec4 map;                 // image pixel = fragment * map.xy + map.zw
uniform vec2 corner;              // lower left fragment of the viewport
uniform int curve;                // 0 LINEAR, 1 LINEAR_EXACT, 2 SIGMOID, 3 LUT
uniform ivec3 lut;                // first input, entries, largest output
out vec4 colour;
float looked(float value) {
  float x = base.x + (value - level.x) * (base.y / level.y);
  int k = clamp(int(floor(x + 0.5)) - lut.x, 0, lut.y - 1);
  return float(texelFetch(table, ivec2(k & 255, k >> 8), 0).r) / float(lut.z);
}
float grey(float value) {
  float g = curve == 3 ? looked(value)
    : curve == 2 ? 1.0 / (1.0 + exp(clamp(-4.0 * (value - level.x) / level.y, -80.0, 80.0)))
    : curve == 1 ? (value - level.x) / level.y + 0.5
    : (value - (level.x - 0.5)) / max(level.y - 1.0, 1e-6) + 0.5;
  g = clamp(g, 0.0, 1.0);
  return inverted ? 1.0 - g : g;
}
float value(ivec2 p) {
  p = clamp(p, ivec2(0), size - 1);
  ivec2 t = p / tile;
  return float(texelFetch(picture, ivec3(p - t * tile, t.y * across + t.x), 0).r);
}
void main() {
  vec2 q = (gl_FragCoord.xy - corner) * map.xy + map.zw;
  if (any(lessThan(q, vec2(0.0))) || any(greaterThanEqual(q, vec2(size)))) { colour = vec4(0.0, 0.0, 0.0, 1.0); return; }
  vec2 f = q - 0.5; ivec2 i = ivec2(floor(f)); vec2 w = fract(f);
  float v = mix(mix(value(i), value(i + ivec2(1, 0)), w.x), mix(value(i + ivec2(0, 1)), value(i + 1), w.x), w.y);
  vec3 rgb = vec3(grey(v));
  if (heatOpacity > 0.0) {
    vec2 h = (q / vec2(size) - heatBox.xy) / (heatBox.zw - heatBox.xy);
    float warm = any(lessThan(h, vec2(0.0))) || any(greaterThan(h, vec2(1.0))) ? 0.0 : texture(heat, h).r;
    rgb = mix(rgb, vec3(1.0, 0.82, 0.4), warm * heatOpacity);
  }
  colour = vec4(rgb, 1.0);
}`;

export const HALVE = `#version 300 es
precision highp float; precision highp int; precision highp usampler2DArray;
uniform usampler2DArray picture;
uniform ivec2 size; uniform ivec2 tile; uniform int across;
out uint mean;
uint value(ivec2 p) {
  p = clamp(p, ivec2(0), size - 1);
  ivec2 t = p / tile;
  return texelFetch(picture, ivec3(p - t * tile, t.y * across + t.x), 0).r;
}
void main() {
  ivec2 p = ivec2(gl_FragCoord.xy) * 2;
  mean = (value(p) + value(p + ivec2(1, 0)) + value(p + ivec2(0, 1)) + value(p + 1) + 2u) / 4u;
}`;
