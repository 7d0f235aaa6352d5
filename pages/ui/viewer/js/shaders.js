// GLSL of the viewer. Values stay the stored integers until the window turns them into grey (PS3.3 C.11.2.1.2 and C.11.2.1.3).
export const VERTEX = `#version 300 es
layout(location = 0) in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }`;

const GREY = `
uniform vec2 level;      // window centre, window width
uniform bool inverted;
uniform vec4 map;        // image pixel = fragment * map.xy + map.zw
uniform vec2 corner;     // lower left fragment of the viewport
uniform int curve;       // 0 LINEAR, 1 LINEAR_EXACT, 2 SIGMOID
float grey(float value) {
  float g = curve == 2 ? 1.0 / (1.0 + exp(clamp(-4.0 * (value - level.x) / level.y, -80.0, 80.0)))
    : curve == 1 ? (value - level.x) / level.y + 0.5
    : (value - (level.x - 0.5)) / max(level.y - 1.0, 1e-6) + 0.5;
  g = clamp(g, 0.0, 1.0);
  return inverted ? 1.0 - g : g;
}`;

export const VOLUME = `#version 300 es
precision highp float; precision highp int; precision highp isampler3D; precision highp usampler2D;
uniform isampler3D volume;
uniform usampler2D loaded;   // one texel a slice: 1 when it has come
uniform ivec3 size;
uniform int axis;            // 0 axial, 1 coronal, 2 sagittal
uniform int at;              // index along the axis
uniform bool headLast;       // the last slice is the one nearest the head
${GREY}
out vec4 colour;
ivec3 voxel(ivec2 p) {
  int z = headLast ? size.z - 1 - p.y : p.y;
  return axis == 0 ? ivec3(p, at) : axis == 1 ? ivec3(p.x, at, z) : ivec3(at, p.x, z);
}
void main() {
  vec2 q = (gl_FragCoord.xy - corner) * map.xy + map.zw;
  ivec2 plane = axis == 0 ? size.xy : axis == 1 ? size.xz : size.yz;
  if (any(lessThan(q, vec2(0.0))) || any(greaterThanEqual(q, vec2(plane)))) { colour = vec4(0.0, 0.0, 0.0, 1.0); return; }
  vec2 f = q - 0.5; ivec2 i = ivec2(floor(f)); vec2 w = fract(f);
  ivec2 low = clamp(i, ivec2(0), plane - 1), high = clamp(i + 1, ivec2(0), plane - 1);
  ivec3 a = voxel(low), b = voxel(ivec2(high.x, low.y)), c = voxel(ivec2(low.x, high.y)), d = voxel(high);
  if (texelFetch(loaded, ivec2(a.z, 0), 0).r == 0u || texelFetch(loaded, ivec2(d.z, 0), 0).r == 0u) { colour = vec4(0.0, 0.0, 0.0, 1.0); return; }
  float v = mix(mix(float(texelFetch(volume, a, 0).r), float(texelFetch(volume, b, 0).r), w.x),
                mix(float(texelFetch(volume, c, 0).r), float(texelFetch(volume, d, 0).r), w.x), w.y);
  colour = vec4(vec3(grey(v)), 1.0);
}`;
