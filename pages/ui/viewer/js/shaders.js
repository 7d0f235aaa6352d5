// GLSL that CT and mammograms share: one triangle over everything.
export const VERTEX = `#version 300 es
layout(location = 0) in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }`;
