// Which files of which products may define servers, on this machine and for the folders that are open. Pure: nothing is
// looked up, everything is told. Not here: what is in the files (parseSource.ts), and reading them (readSource.ts).
import { posix, win32 } from 'node:path';
import type { Settings } from '../core/settings.ts';
import { type SourceKind, sourceKinds, switchOf } from '../core/sources.ts';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Of the variables that move a product's files. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Paths of the folders that are open, in their order; those that are no files of this machine left out. */
  readonly folders: readonly string[];
  /** The `.code-workspace` file that is open. */
  readonly workspaceFile: string | null;
  /** The folder of the editor's profile, which holds `settings.json` and `mcp.json`; null where it is not on this machine. */
  readonly profile: string | null;
  /** False: the workspace is not trusted, and nothing in it is read. */
  readonly mayReadWorkspace: boolean;
  readonly switches: Settings['sources'];
}

/** A file to look for. */
export interface SourcePlace {
  readonly kind: SourceKind;
  readonly file: string;
  /** The workspace folder that it belongs to; null where it is the user's, or the whole workspace's. */
  readonly folder: string | null;
  /** Open folders, where the file has entries for single ones; else empty. */
  readonly projects: readonly string[];
}

const pathsOf = ({ platform }: Surroundings): typeof posix =>
  platform === 'win32' ? win32 : posix;

const ofUser = (kind: SourceKind, file: string): SourcePlace => ({
  kind,
  file,
  folder: null,
  projects: [],
});

const inEachFolder =
  (kind: SourceKind, ...parts: readonly string[]) =>
  (around: Surroundings): readonly SourcePlace[] =>
    around.folders.map((folder) => ({
      ...ofUser(kind, pathsOf(around).join(folder, ...parts)),
      folder,
    }));

const inHome =
  (kind: SourceKind, ...files: readonly (readonly string[])[]) =>
  (around: Surroundings): readonly SourcePlace[] =>
    files.map((parts) => ofUser(kind, pathsOf(around).join(around.home, ...parts)));

/** A relative one means a different folder for each program; none is meant then. */
const folderIn = (around: Surroundings, variable: string): string | null => {
  const value = around.environment[variable] ?? '';
  return pathsOf(around).isAbsolute(value) ? value : null;
};

const vscodeWorkspace = (around: Surroundings): readonly SourcePlace[] => [
  ...inEachFolder('vscode-workspace', '.vscode', 'mcp.json')(around),
  ...(around.workspaceFile === null ? [] : [ofUser('vscode-workspace', around.workspaceFile)]),
];

const vscodeUser = (around: Surroundings): readonly SourcePlace[] =>
  around.profile === null
    ? []
    : [ofUser('vscode-user', pathsOf(around).join(around.profile, 'mcp.json'))];

const claudeCode = (around: Surroundings): readonly SourcePlace[] => {
  const folder = folderIn(around, 'CLAUDE_CONFIG_DIR') ?? around.home;
  const file = pathsOf(around).join(folder, '.claude.json');
  return [{ ...ofUser('claude-code', file), projects: around.folders }];
};

const claudeDesktopFolders = (around: Surroundings): readonly string[] => {
  const { platform, home } = around;
  const paths = pathsOf(around);
  if (platform === 'darwin') return [paths.join(home, 'Library', 'Application Support', 'Claude')];
  if (platform !== 'win32')
    return [
      paths.join(folderIn(around, 'XDG_CONFIG_HOME') ?? paths.join(home, '.config'), 'Claude'),
    ];
  const roaming = folderIn(around, 'APPDATA') ?? paths.join(home, 'AppData', 'Roaming');
  const local = folderIn(around, 'LOCALAPPDATA') ?? paths.join(home, 'AppData', 'Local');
  // As a packaged app, which the installer makes of it since 2026, it sees a copy of its own (anthropics/claude-code#26073).
  const packaged = ['Packages', 'Claude_pzs8sxrjxfjjc', 'LocalCache', 'Roaming', 'Claude'];
  return [paths.join(local, ...packaged), paths.join(roaming, 'Claude')];
};

const claudeDesktop = (around: Surroundings): readonly SourcePlace[] =>
  claudeDesktopFolders(around).map((folder) =>
    ofUser('claude-desktop', pathsOf(around).join(folder, 'claude_desktop_config.json')),
  );

const filesOf: Readonly<Record<SourceKind, (around: Surroundings) => readonly SourcePlace[]>> = {
  // code.visualstudio.com/docs/agents/reference/mcp-configuration; `settings.mcp` of a multi-root workspace: its
  // mcpConfigPathsService.ts.
  'vscode-workspace': vscodeWorkspace,
  // code.claude.com/docs/en/mcp (project scope), and VS Code's portable format, at the root of a folder.
  project: inEachFolder('project', '.mcp.json'),
  // cursor.com/docs/mcp: the project's file.
  'cursor-project': inEachFolder('cursor-project', '.cursor', 'mcp.json'),
  // The same page of VS Code: the user's profile; on a remote machine the one of its server.
  'vscode-user': vscodeUser,
  // code.claude.com/docs/en/mcp: scopes `local` and `user`; CLAUDE_CONFIG_DIR: code.claude.com/docs/en/settings.
  'claude-code': claudeCode,
  // modelcontextprotocol.io/quickstart/user; for Linux as VS Code's own discovery looks (nativeMcpDiscoveryAdapters.ts).
  'claude-desktop': claudeDesktop,
  // cursor.com/docs/mcp: the global file.
  cursor: inHome('cursor', ['.cursor', 'mcp.json']),
  // docs.windsurf.com/windsurf/cascade/mcp, and docs.windsurf.com/plugins/cascade/mcp for other editors' plugin.
  windsurf: inHome(
    'windsurf',
    ['.codeium', 'windsurf', 'mcp_config.json'],
    ['.codeium', 'mcp_config.json'],
  ),
};

const ofWorkspace: ReadonlySet<SourceKind> = new Set<SourceKind>([
  'vscode-workspace',
  'project',
  'cursor-project',
]);

const isInside = (file: string, folder: string, around: Surroundings): boolean => {
  const paths = pathsOf(around);
  const way = paths.relative(folder, file);
  return !way.startsWith(`..${paths.sep}`) && !paths.isAbsolute(way);
};

/** What of an untrusted workspace would be read: also a user's file in it, since anybody could have put it there. */
const isOff = ({ kind, file }: SourcePlace, around: Surroundings): boolean =>
  !around.mayReadWorkspace &&
  (ofWorkspace.has(kind) || around.folders.some((folder) => isInside(file, folder, around)));

/** Every file to look for, what counts most first; each path once. */
export const placesOf = (around: Surroundings): readonly SourcePlace[] => {
  const seen = new Set<string>();
  return sourceKinds
    .filter((kind) => around.switches[switchOf[kind]])
    .flatMap((kind) => filesOf[kind](around))
    .filter((place) => {
      // Whoever opens the home folder has `~/.cursor/mcp.json` twice.
      if (isOff(place, around) || seen.has(place.file)) return false;
      seen.add(place.file);
      return true;
    });
};
