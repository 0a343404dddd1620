// Puts still pictures in WebP together to one that moves: the container of the WebP specification (RIFF with VP8X, ANIM and one
// ANMF for each frame), and reads such a container back. Pure. Not here: encoding pictures, which the browser does (test/editor/pictures/film.ts).

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What changes at one moment: it is laid over what is seen already, and hides it. */
export interface AnimationFrame {
  /** `x` and `y` must be even: the container counts pairs of pixels. */
  readonly place: Place;
  /** How long it stands. */
  readonly millis: number;
  /** A still picture, as WebP, of the size of its place. */
  readonly picture: Buffer;
}

interface Plan {
  readonly width: number;
  readonly height: number;
  /** How often it plays, after which its last frame stays. The format takes 0 for "for ever". */
  readonly loops: number;
}

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
}

const headerLength = 8;
const isAnimated = 0x02;
const frameHeaderLength = 16;
/** Of what a still picture may hold, its pixels: lossless ones, or others. */
const pixelChunks = new Set(['VP8L', 'VP8 ']);

const chunk = (name: string, data: Buffer): Buffer => {
  const header = Buffer.alloc(headerLength);
  header.write(name, 'latin1');
  header.writeUInt32LE(data.length, 4);
  // Every chunk begins at an even place.
  return Buffer.concat([header, data, Buffer.alloc(data.length % 2)]);
};

const chunksIn = (data: Buffer): readonly Chunk[] => {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at + headerLength <= data.length) {
    const start = at + headerLength;
    const end = start + data.readUInt32LE(at + 4);
    if (end > data.length) throw new Error('The WebP picture ends in the middle.');
    chunks.push({ name: data.toString('latin1', at, at + 4), data: data.subarray(start, end) });
    at = end + (end % 2);
  }
  return chunks;
};

const chunksOf = (webp: Buffer): readonly Chunk[] => {
  const [file] = chunksIn(webp);
  if (file?.name !== 'RIFF' || file.data.toString('latin1', 0, 4) !== 'WEBP')
    throw new Error('This is no WebP picture.');
  return chunksIn(file.data.subarray(4));
};

const frameChunk = ({ place, millis, picture }: AnimationFrame): Buffer => {
  if (place.x % 2 !== 0 || place.y % 2 !== 0)
    throw new Error(`A frame cannot begin at ${place.x}, ${place.y}: both must be even.`);
  const header = Buffer.alloc(frameHeaderLength);
  header.writeUIntLE(place.x / 2, 0, 3);
  header.writeUIntLE(place.y / 2, 3, 3);
  header.writeUIntLE(place.width - 1, 6, 3);
  header.writeUIntLE(place.height - 1, 9, 3);
  header.writeUIntLE(millis, 12, 3);
  const pixels = chunksOf(picture).filter(({ name }) => pixelChunks.has(name));
  if (pixels.length === 0) throw new Error('A frame has no pixels.');
  return chunk(
    'ANMF',
    Buffer.concat([header, ...pixels.map(({ name, data }) => chunk(name, data))]),
  );
};

/** The whole file. Its first frame should fill it. */
export const assembleAnimation = (
  { width, height, loops }: Plan,
  frames: readonly AnimationFrame[],
): Buffer => {
  const extended = Buffer.alloc(10);
  extended.writeUInt8(isAnimated, 0);
  extended.writeUIntLE(width - 1, 4, 3);
  extended.writeUIntLE(height - 1, 7, 3);
  // Four bytes of background, which nobody sees, before the number of loops.
  const animation = Buffer.alloc(6);
  animation.writeUInt16LE(loops, 4);
  return chunk(
    'RIFF',
    Buffer.concat([
      Buffer.from('WEBP', 'latin1'),
      chunk('VP8X', extended),
      chunk('ANIM', animation),
      ...frames.map(frameChunk),
    ]),
  );
};

export interface Animation extends Plan {
  readonly frames: readonly {
    readonly place: Place;
    readonly millis: number;
    readonly chunks: readonly string[];
  }[];
}

/** What a file holds that moves; throws where it is none. */
export const readAnimation = (webp: Buffer): Animation => {
  const chunks = chunksOf(webp);
  const extended = chunks.find(({ name }) => name === 'VP8X')?.data;
  const animation = chunks.find(({ name }) => name === 'ANIM')?.data;
  if (extended === undefined || animation === undefined || !(extended.readUInt8(0) & isAnimated))
    throw new Error('This picture does not move.');
  const frames = chunks.filter(({ name }) => name === 'ANMF');
  return {
    width: extended.readUIntLE(4, 3) + 1,
    height: extended.readUIntLE(7, 3) + 1,
    loops: animation.readUInt16LE(4),
    frames: frames.map(({ data }) => ({
      place: {
        x: data.readUIntLE(0, 3) * 2,
        y: data.readUIntLE(3, 3) * 2,
        width: data.readUIntLE(6, 3) + 1,
        height: data.readUIntLE(9, 3) + 1,
      },
      millis: data.readUIntLE(12, 3),
      chunks: chunksIn(data.subarray(frameHeaderLength)).map(({ name }) => name),
    })),
  };
};
