// Draws the map of the collection into a gr.HTML component, with zooming and moving. Gradio
// provides `element`, `props`, `server`, `trigger` and `watch`.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  "M0-5L4.6 3.4H-4.6Z",
  "M-3.5-3.5h7v7h-7Z",
  "M0-5.2L5.2 0L0 5.2L-5.2 0Z",
  "M0 5L4.6-3.4H-4.6Z",
  "M-1.6-4.6h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3Z",
];
const COLORS = 6;
const RAMP = 7;
const LARGEST_ZOOM = 16;
const ZOOM_STEP = 1.6;
const MARGIN = 28;
// On a map narrower than this, the card covers its whole width.
const NARROW = 560;
// A point within this many pixels of a finger or the mouse counts as hit.
const REACH = { mouse: 16, pen: 16, touch: 28 };
// A press that moves farther than this is not a click.
const STILL = 5;
// The width of the buttons, in pixels.
const BUTTONS = 60;
// A picture is requested when the pointer rests for this long.
const REST_MILLISECONDS = 90;

const root = element.querySelector(".map");
let points = [];
let shown = -1;
let view = { zoom: 1, x: 0, y: 0 };
let colorBy = "style";
let artist = "";
const pressed = new Set();
let resting = 0;
let framed = 0;
const parts = {};

function make(parent, name, attributes = {}, text = "") {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  parent.append(node);
  return node;
}

function draw(parent, name, attributes = {}) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// The elements of the page

function build() {
  const texts = props.texts;
  root.replaceChildren();
  make(root, "p", { class: "intro" }, texts.intro);

  const controls = make(root, "div", { class: "controls" });
  const coloring = make(controls, "label", {}, texts.color_by);
  parts.coloring = make(coloring, "select", { class: "color-by" });
  for (const way of ["style", "movement", "date"]) {
    make(parts.coloring, "option", { value: way }, texts[way]);
  }
  parts.coloring.value = colorBy;
  parts.coloring.onchange = () => {
    colorBy = parts.coloring.value;
    pressed.clear();
    color();
  };
  const searching = make(controls, "label", {}, texts.artist);
  parts.artist = make(searching, "input", {
    type: "search", class: "artist-search", list: "map-artists", autocomplete: "off",
  });
  parts.artist.value = artist;
  parts.artist.oninput = () => {
    artist = parts.artist.value;
    highlight();
  };
  const names = make(searching, "datalist", { id: "map-artists" });
  for (const name of [...new Set(points.map((point) => point.artist).filter(Boolean))].sort()) {
    make(names, "option", { value: name });
  }
  parts.count = make(controls, "output", { class: "count" });

  const picture = make(root, "div", { class: "beside" });
  parts.stage = make(picture, "div", { class: "stage" });
  parts.svg = draw(parts.stage, "svg", {
    tabindex: 0, role: "application", "aria-label": texts.label, "aria-describedby": "map-keys",
  });
  parts.dots = draw(parts.svg, "g", { class: "dots" });
  parts.query = draw(parts.svg, "g", { class: "query", "aria-hidden": "true" });
  parts.ring = draw(parts.svg, "circle", { class: "ring", r: 9, visibility: "hidden" });
  for (const point of points) {
    point.dot = draw(parts.dots, "path", { "data-image": point.id });
  }
  const zoom = make(parts.stage, "div", { class: "zoom" });
  for (const [name, sign, factor] of [
    ["zoom_in", "+", ZOOM_STEP], ["zoom_out", "\u2212", 1 / ZOOM_STEP], ["whole", "\u2922", 0],
  ]) {
    const button = make(zoom, "button", { type: "button", "aria-label": texts[name] }, sign);
    button.title = texts[name];
    button.onclick = () => zoomBy(factor, parts.width / 2, parts.height / 2);
  }
  parts.card = make(parts.stage, "div", { class: "card", role: "status" });
  parts.card.hidden = true;
  parts.legend = make(picture, "ul", { class: "legend", "aria-label": texts.legend });
  make(root, "p", { class: "keys", id: "map-keys" }, texts.keys);

  listen();
  new ResizeObserver(measure).observe(parts.stage);
  color();
  measure();
}

// Colours, shapes and highlights

function dateStep(years) {
  const span = Math.max(...years) - Math.min(...years);
  return [25, 50, 100, 200, 500, 1000].find((step) => span / step <= RAMP) ?? 5000;
}

function styleName(point) {
  return props.texts.styles[point.style] ?? point.style;
}

function grouping() {
  if (colorBy === "style") return (point) => styleName(point) || props.texts.no_style;
  if (colorBy === "movement") return (point) => props.texts.movements[point.movement];
  const years = points.map((point) => point.year).filter((year) => year !== null);
  const step = dateStep(years);
  return ({ year }) => {
    if (year === null) return props.texts.undated;
    const start = Math.floor(year / step) * step;
    return `${start}\u2013${start + step - 1}`;
  };
}

function color() {
  const group = grouping();
  const counts = new Map();
  for (const point of points) {
    point.group = group(point);
    counts.set(point.group, (counts.get(point.group) ?? 0) + 1);
  }
  const rest = { style: props.texts.no_style, movement: props.texts.movements[0] }[colorBy]
    ?? props.texts.undated;
  const names = [...counts.keys()].filter((name) => name && name !== rest);
  if (colorBy === "date") names.sort((a, b) => parseInt(a) - parseInt(b));
  else names.sort((a, b) => counts.get(b) - counts.get(a));
  const looks = new Map();
  names.forEach((name, place) => {
    const hue = colorBy === "date"
      ? `ramp-${Math.round((place / Math.max(names.length - 1, 1)) * (RAMP - 1))}`
      : `hue-${place % COLORS}`;
    const shape = SHAPES[(place + Math.floor(place / COLORS)) % SHAPES.length];
    looks.set(name, { hue, shape });
  });
  if (counts.has(rest)) looks.set(rest, { hue: "rest", shape: SHAPES[0] });
  for (const point of points) {
    const { hue, shape } = looks.get(point.group);
    point.dot.setAttribute("d", shape);
    point.dot.setAttribute("class", hue);
  }
  parts.legend.replaceChildren();
  for (const [name, { hue, shape }] of looks) {
    const item = make(parts.legend, "li");
    const button = make(item, "button", { type: "button", "aria-pressed": pressed.has(name) });
    const sample = draw(button, "svg", { viewBox: "-6 -6 12 12", "aria-hidden": "true" });
    draw(sample, "path", { d: shape, class: hue });
    make(button, "span", {}, name);
    make(button, "span", { class: "number" }, String(counts.get(name)));
    button.onclick = () => {
      pressed[pressed.has(name) ? "delete" : "add"](name);
      button.setAttribute("aria-pressed", pressed.has(name));
      highlight();
    };
  }
  highlight();
}

function highlight() {
  const words = plain(artist).split(/\s+/).filter(Boolean);
  let count = 0;
  for (const point of points) {
    point.bright = (!pressed.size || pressed.has(point.group))
      && words.every((word) => point.plainArtist.includes(word));
    point.dot.classList.toggle("faded", !point.bright);
    if (point.bright) {
      count += 1;
      parts.dots.append(point.dot);
    }
  }
  parts.count.textContent = props.texts.count
    .replace("{shown}", count).replace("{all}", points.length);
  if (shown >= 0 && !points[shown].bright) hide();
}

// Coordinates

function measure() {
  parts.width = parts.stage.clientWidth;
  parts.height = parts.stage.clientHeight;
  if (parts.width) place();
}

function place() {
  const { width, height } = parts;
  // On a screen higher than wide, such as a phone's, the map is turned.
  const upright = height > width;
  const turned = ([x, y]) => (upright ? [y, x] : [x, y]);
  const places = points.map((point) => turned([point.x, point.y]));
  const xs = places.map(([x]) => x);
  const ys = places.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    (width - 2 * MARGIN) / (right - left || 1), (height - 2 * MARGIN) / (bottom - top || 1),
  );
  parts.toScreen = (...place) => {
    const [x, y] = turned(place);
    return [
      width / 2 + (x - (left + right) / 2) * scale * view.zoom + view.x,
      height / 2 + (y - (top + bottom) / 2) * scale * view.zoom + view.y,
    ];
  };
  const size = (width < NARROW ? 0.8 : 1) * Math.min(view.zoom ** 0.4, 2.2);
  for (const point of points) {
    [point.left, point.top] = parts.toScreen(point.x, point.y);
    const where = `translate(${point.left.toFixed(1)} ${point.top.toFixed(1)})`;
    point.dot.setAttribute("transform", `${where} scale(${size.toFixed(2)})`);
  }
  drawQuery();
  if (shown >= 0) showAt(points[shown]);
  // One finger scrolls the page over an unzoomed map, and moves a zoomed one.
  parts.svg.style.touchAction = view.zoom > 1 ? "none" : "pan-y";
}

function soon() {
  cancelAnimationFrame(framed);
  framed = requestAnimationFrame(place);
}

function moveBy(x, y) {
  const slack = (view.zoom - 1) / 2;
  const within = (value, limit) => Math.max(-limit, Math.min(limit, value));
  view.x = within(view.x + x, slack * parts.width);
  view.y = within(view.y + y, slack * parts.height);
  soon();
}

function zoomBy(factor, x, y) {
  const zoom = Math.max(1, Math.min(LARGEST_ZOOM, view.zoom * factor));
  const ratio = zoom / view.zoom;
  const [fromX, fromY] = [x - parts.width / 2 - view.x, y - parts.height / 2 - view.y];
  view.zoom = zoom;
  moveBy(fromX * (1 - ratio), fromY * (1 - ratio));
}

function drawQuery() {
  parts.query.replaceChildren();
  const asked = props.place;
  if (!asked) return;
  const [x, y] = parts.toScreen(asked.x, asked.y);
  const near = points.filter((point) => asked.neighbours.includes(point.id));
  for (const point of near) {
    draw(parts.query, "line", { x1: x, y1: y, x2: point.left, y2: point.top });
    draw(parts.query, "circle", { class: "near", cx: point.left, cy: point.top, r: 8 });
  }
  draw(parts.query, "circle", { class: "here", cx: x, cy: y, r: 7 });
  const label = draw(parts.query, "text", { y: y + 4 });
  label.textContent = props.texts.here;
  // On the side with enough room, away from the buttons.
  const right = x + 13 + label.getComputedTextLength() < parts.width - BUTTONS;
  label.setAttribute("x", right ? x + 13 : x - 13);
  label.setAttribute("text-anchor", right ? "start" : "end");
}

// The painting in focus

function nearest(x, y, reach) {
  let best = -1;
  let least = reach * reach;
  points.forEach((point, place) => {
    const distance = (point.left - x) ** 2 + (point.top - y) ** 2;
    if (point.bright && distance < least) [best, least] = [place, distance];
  });
  return best;
}

function show(place) {
  if (place === shown) return;
  shown = place;
  if (place < 0) {
    hide();
    return;
  }
  const point = points[place];
  const texts = props.texts;
  parts.card.replaceChildren();
  const picture = make(parts.card, "div", { class: "picture" });
  picture.style.aspectRatio = point.proportions;
  const caption = make(parts.card, "div", { class: "caption" });
  make(caption, "strong", {}, point.artist || props.texts.unknown_artist);
  make(caption, "cite", {}, point.title);
  const facts = [point.dated ?? texts.undated, styleName(point)].filter(Boolean).join(" \u00b7 ");
  make(caption, "span", { class: "facts" }, facts);
  const button = make(caption, "button", { type: "button", tabindex: -1 }, texts.search_with);
  button.onclick = () => search(point);
  clearTimeout(resting);
  resting = setTimeout(() => {
    make(picture, "img", { src: `pictures/${encodeURIComponent(point.id)}`, alt: "" });
  }, REST_MILLISECONDS);
  parts.card.hidden = false;
  showAt(point);
}

function showAt(point) {
  parts.ring.setAttribute("visibility", "visible");
  parts.ring.setAttribute("cx", point.left);
  parts.ring.setAttribute("cy", point.top);
  parts.card.classList.toggle("across", parts.width < NARROW);
  if (parts.width < NARROW) {
    // At a place where the card does not cover the point.
    parts.card.style = point.top > parts.height / 2 ? "top: 4px" : "bottom: 4px";
    return;
  }
  const { offsetWidth, offsetHeight } = parts.card;
  const gap = 16;
  let left = point.left + gap;
  if (left + offsetWidth > parts.width) left = point.left - gap - offsetWidth;
  const top = Math.min(point.top - offsetHeight / 3, parts.height - offsetHeight - 4);
  parts.card.style = `left: ${Math.max(left, 4)}px; top: ${Math.max(top, 4)}px`;
}

function hide() {
  shown = -1;
  clearTimeout(resting);
  parts.card.hidden = true;
  parts.ring.setAttribute("visibility", "hidden");
}

function search(point) {
  trigger("select", { image_id: point.id });
}

// Mouse, fingers, keys

function listen() {
  const { svg } = parts;
  const fingers = new Map();
  let moved = 0;
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [first, second] = [...fingers.values()];
    return Math.hypot(first[0] - second[0], first[1] - second[1]);
  };
  svg.onpointerdown = (event) => {
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, at(event));
  };
  svg.onpointermove = (event) => {
    const [x, y] = at(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") show(nearest(x, y, REACH[event.pointerType]));
      return;
    }
    const far = fingers.size > 1 ? spread() : 0;
    fingers.set(event.pointerId, [x, y]);
    moved += Math.hypot(x - before[0], y - before[1]);
    if (moved <= STILL) return;
    svg.setPointerCapture(event.pointerId);
    if (fingers.size > 1) {
      const [first, second] = [...fingers.values()];
      zoomBy(spread() / far, (first[0] + second[0]) / 2, (first[1] + second[1]) / 2);
    } else {
      moveBy(x - before[0], y - before[1]);
    }
  };
  svg.onpointerup = svg.onpointercancel = (event) => fingers.delete(event.pointerId);
  svg.onclick = (event) => {
    if (moved > STILL) return;
    const place = nearest(...at(event), REACH[event.pointerType] ?? REACH.mouse);
    // A finger cannot hover: the first tap shows the painting, its button searches.
    if (event.pointerType === "touch") show(place);
    else if (place >= 0) search(points[place]);
  };
  parts.stage.onpointerleave = (event) => {
    fingers.delete(event.pointerId);
    if (event.pointerType !== "touch") hide();
  };
  svg.addEventListener("wheel", (event) => {
    // An unzoomed map lets the page scroll.
    if (view.zoom === 1 && event.deltaY > 0) return;
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY / 400), ...at(event));
  }, { passive: false });
  svg.addEventListener("touchmove", (event) => {
    if (event.touches.length > 1) event.preventDefault();
  }, { passive: false });
  svg.onfocus = () => {
    if (svg.matches(":focus-visible") && shown < 0) {
      show(nearest(parts.width / 2, parts.height / 2, Infinity));
    }
  };
  svg.onblur = (event) => {
    if (!parts.card.contains(event.relatedTarget)) hide();
  };
  svg.onkeydown = (event) => {
    const step = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    }[event.key];
    const middle = shown < 0 ? [parts.width / 2, parts.height / 2]
      : [points[shown].left, points[shown].top];
    if (step) go(...step);
    else if (event.key === "Enter" || event.key === " ") shown >= 0 && search(points[shown]);
    else if (event.key === "Escape") hide();
    else if (event.key === "+" || event.key === "=") zoomBy(ZOOM_STEP, ...middle);
    else if (event.key === "-") zoomBy(1 / ZOOM_STEP, ...middle);
    else if (event.key === "0") zoomBy(0, ...middle);
    else return;
    event.preventDefault();
  };
}

// Moves to the nearest painting in a direction; sideways distance counts twice.
function go(rightwards, downwards) {
  if (shown < 0) {
    show(nearest(parts.width / 2, parts.height / 2, Infinity));
    return;
  }
  const here = points[shown];
  let best = -1;
  let least = Infinity;
  points.forEach((point, place) => {
    const [x, y] = [point.left - here.left, point.top - here.top];
    const ahead = x * rightwards + y * downwards;
    const aside = Math.abs(x * downwards) + Math.abs(y * rightwards);
    if (point.bright && ahead > 0.1 && aside <= ahead && ahead + 2 * aside < least) {
      [best, least] = [place, ahead + 2 * aside];
    }
  });
  if (best < 0) return;
  const { left, top } = points[best];
  const outside = (value, size) => Math.min(size - MARGIN - value, 0) + Math.max(MARGIN - value, 0);
  if (view.zoom > 1) {
    moveBy(outside(left, parts.width), outside(top, parts.height));
  }
  show(best);
}

async function start() {
  const rows = await server.collection_points();
  if (!rows.length) {
    root.replaceChildren();
    make(root, "p", { class: "missing" }, props.texts.missing);
    return;
  }
  points = rows.map(([id, name, title, date, style, movement, x, y, proportions]) => ({
    id, artist: name, plainArtist: plain(name), title, style, movement, x, y, proportions,
    // A date such as "c. 1907" is a pair of year and text.
    year: Array.isArray(date) ? date[0] : date, dated: Array.isArray(date) ? date[1] : date,
    bright: true,
  }));
  build();
}

watch("texts", () => {
  shown = -1;
  if (points.length) build();
  else if (root.querySelector(".missing")) root.firstChild.textContent = props.texts.missing;
});
watch("place", () => points.length && drawQuery());
start();
