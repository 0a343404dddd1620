// Why Redis cannot be used, in words fit for a log and a screen: never a password, and something where the error itself says
// nothing (a connection refused on two addresses comes without a message). Pure.
import { redact } from '../../core/redact.ts';

const secretsIn = (url: string): readonly string[] => {
  if (!URL.canParse(url)) return [url];
  const { username, password, searchParams } = new URL(url);
  const raw = [username, password, ...searchParams.values()];
  return raw.flatMap((text) => {
    try {
      return [text, decodeURIComponent(text)];
    } catch {
      // A percent sign that encodes nothing.
      return [text];
    }
  });
};

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  const parts = error instanceof AggregateError ? error.errors.map(textOf) : [];
  const text = [...new Set(parts)].join(', ');
  return text === '' ? error.name : text;
};

export const redisReason = (error: unknown, url: string): string =>
  redact(textOf(error), secretsIn(url));
