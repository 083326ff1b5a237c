"""JavaScript that finds the contrast of every visible piece of text with what lies behind it."""

from __future__ import annotations

from typing import Final

# Relative luminance and contrast: WCAG 2.2, definitions. Behind a text in an SVG lies the last shape before it that
# is filled where the text's middle is, or else the page.
CONTRAST: Final = r"""(() => {
  const parts = (colour) => {
    const found = colour.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/);
    return found ? [+found[1], +found[2], +found[3], found[4] === undefined ? 1 : +found[4]] : null;
  };
  const over = (top, below) => [0, 1, 2].map((k) => top[3] * top[k] + (1 - top[3]) * below[k]).concat(1);
  const linear = (value) => value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const background = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(parts(getComputedStyle(one).backgroundColor));
    const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? 18 : 255;
    return layers.reverse().reduce((below, top) => over(top, below), [scheme, scheme, scheme, 1]);
  };
  const filled = (shape, x, y) => {
    const place = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
    return shape.isPointInFill(place);
  };
  const behind = (text, x, y) => {
    let colour = background(text.ownerSVGElement);
    for (const one of text.ownerSVGElement.querySelectorAll("path, rect, circle, ellipse, polygon")) {
      if (!(one.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) || one.closest("defs, clipPath")) continue;
      const style = getComputedStyle(one);
      const fill = parts(style.fill);
      if (!fill || !filled(one, x, y)) continue;
      fill[3] *= style.fillOpacity * style.opacity;
      colour = over(fill, colour);
    }
    return colour;
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (["SCRIPT", "STYLE", "style", "script"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const inside = element.closest("text");
    const box = element.getBoundingClientRect();
    const paper = inside ? behind(inside, box.x + box.width / 2, box.y + box.height / 2) : background(element);
    const ink = parts(inside ? style.fill : style.color);
    found.push({ text: walk.currentNode.data.trim().slice(0, 40), contrast: contrast(over(ink, paper), paper) });
  }
  return found;
})()"""
