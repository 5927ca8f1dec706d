/** What is no JSON and clients write into it all the same: Python spells missing and endless numbers `NaN`, `Infinity` and `-Infinity`. */

/** Larger bodies are not looked through. */
const mostBytes = 16 * 1024 * 1024;

const textOrSpare = /"(?:[^"\\]+|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** The body with null for each such number outside of texts; undefined when there is none, and then it is wrong in another way. */
export function withoutSpareNumbers(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length > mostBytes) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  let found = false;
  const replaced = text.replace(textOrSpare, (token) => {
    if (token.startsWith('"')) return token;
    found = true;
    return 'null';
  });
  return found ? Buffer.from(replaced) : undefined;
}
