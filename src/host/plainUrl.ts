// A URL as it may stand on a screen: without user and password, query and fragment, which may hold credentials. Variables stay.
export const plainUrl = (url: string): string =>
  (url.split(/[?#]/)[0] ?? '').replace(/\/\/[^/@]*@/, '//');
