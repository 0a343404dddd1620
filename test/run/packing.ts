// How a version is packed. The Marketplace takes no suffix such as `-beta`: by its advice an odd minor number is a pre-release and an
// even one a release, and the package says so itself. Not here: packing (vsix.ts).

export interface Packed {
  readonly version: string;
  /** Where the sources are; what the README shows and leads to is found there. */
  readonly repository?: unknown;
}

const minorOf = (version: string): number => {
  const minor = /^\d+\.(\d+)\.\d+$/.exec(version)?.[1];
  if (minor === undefined) throw new Error(`${version} is no version that can be published.`);
  return Number(minor);
};

/** Without an address the README's pictures are those in the package, which only an editor shows. */
const withoutAddress = ['--allow-missing-repository', '--no-rewrite-relative-links'];

/** What the packing tool is told besides. */
export const packingFlags = ({ version, repository }: Packed): readonly string[] => [
  ...(minorOf(version) % 2 === 1 ? ['--pre-release'] : []),
  ...(repository === undefined ? withoutAddress : []),
];
