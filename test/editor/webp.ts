// A screenshot as lossless WebP, which is a third smaller: the pictures of the README are part of the package.
import type { BrowserContext } from 'playwright-core';

/** Run in the page; Chromium takes the highest quality for lossless. */
const encode = (png: Buffer): string => `(async () => {
  const image = new Image();
  image.src = 'data:image/png;base64,${png.toString('base64')}';
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', 1);
})()`;

/** PNG in, WebP out. A page of its own, since the editor's allows no such images. */
export const asWebp = async (context: BrowserContext, png: Buffer): Promise<Buffer> => {
  const page = await context.newPage();
  try {
    const url = String(await page.evaluate(encode(png)));
    return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  } finally {
    await page.close();
  }
};
