// Makes the compiler prove that every variant of a union was handled.

export const assertNever = (value: never): never => {
  throw new Error(`Unhandled variant: ${JSON.stringify(value)}`);
};
