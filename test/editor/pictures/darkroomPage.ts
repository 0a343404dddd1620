// What is done to screenshots in the browser, which has the only encoder for WebP here: fewer colors, a band of words below, and of a
// moving picture only the places that change. Not here: what becomes of them (darkroom.ts).

/** The band below the window in which a moving picture says what happens. */
const captionHeight = 36;
/** WebP writes a picture of so few colors far shorter, and a window has hardly more: those that are rarest give way to their like. */
const paletteSize = 256;
/** What lies further apart than this is drawn by itself, which makes the file a lot smaller. */
const apart = 16;

// As text, since it runs in the page. The highest quality makes Chromium encode without loss.
export const darkroomPage = `(() => {
  const load = async (png) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    return image;
  };
  const blank = (width, height) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    return canvas;
  };
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const distance = (one, other) => one.reduce((sum, part, at) => sum + (part - other[at]) ** 2, 0);
  const nearest = (pixel, kept) => {
    const [wanted, distances] = [parts(pixel), new Map()];
    for (const one of kept) distances.set(one, distance(wanted, parts(one)));
    return kept.reduce((best, one) => (distances.get(one) < distances.get(best) ? one : best));
  };
  const withFewColors = (image) => {
    const pixels = new Uint32Array(image.data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    const byUse = [...counts].sort(([, one], [, other]) => other - one).map(([pixel]) => pixel);
    const kept = byUse.slice(0, ${paletteSize});
    const instead = new Map(byUse.slice(${paletteSize}).map((pixel) => [pixel, nearest(pixel, kept)]));
    pixels.forEach((pixel, at) => { pixels[at] = instead.get(pixel) ?? pixel; });
    return image;
  };
  const encoded = (canvas) => {
    const context = canvas.getContext('2d');
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    context.putImageData(withFewColors(image), 0, 0);
    return canvas.toDataURL('image/webp', 1).split(',')[1];
  };
  const still = async (png) => {
    const image = await load(png);
    const canvas = blank(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    return encoded(canvas);
  };
  const captioned = async (png, words) => {
    const image = await load(png);
    const canvas = blank(image.width, image.height + ${captionHeight});
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.fillStyle = '#0f1b2d';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0);
    context.fillStyle = '#ffffff';
    context.font = '16px sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(words, canvas.width / 2, image.height + ${captionHeight} / 2 + 1);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  };
  const runs = (length, isChanged) => {
    const found = [];
    for (let at = 0; at < length; at += 1) {
      if (!isChanged(at)) continue;
      const last = found.at(-1);
      if (last !== undefined && at - last.end < ${apart}) last.end = at + 1;
      else found.push({ start: at, end: at + 1 });
    }
    return found;
  };
  const changedPlaces = (before, after) => {
    const [old, now] = [before, after].map(({ data }) => new Uint32Array(data.buffer));
    const { width, height } = after;
    const differs = (x, y) => old[y * width + x] !== now[y * width + x];
    const upTo = (end, isChanged) => Array.from({ length: end }, (_, at) => at).some(isChanged);
    return runs(height, (y) => upTo(width, (x) => differs(x, y))).flatMap((rows) =>
      runs(width, (x) => upTo(rows.end - rows.start, (at) => differs(x, rows.start + at)))
        .map((columns) => {
          const [x, y] = [columns.start - (columns.start % 2), rows.start - (rows.start % 2)];
          return { x, y, width: columns.end - x, height: rows.end - y };
        }));
  };
  let last = null;
  const next = async (png, words) => {
    const whole = await captioned(png, words);
    const { width, height } = whole;
    const places = last === null ? [{ x: 0, y: 0, width, height }] : changedPlaces(last, whole);
    last = whole;
    return places.map((place) => {
      const canvas = blank(place.width, place.height);
      canvas.getContext('2d').putImageData(whole, -place.x, -place.y);
      return { place, picture: encoded(canvas) };
    });
  };
  window.darkroom = { still, next };
})()`;
