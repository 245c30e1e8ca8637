import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ENVIRONMENT } from '../../src/config/config.js';

const variables = Object.keys(ENVIRONMENT);

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

describe('the environment variables', () => {
  test('.env.example names each one, in the same order, and gives none a value', () => {
    const named = [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)];
    expect(named.map((match) => match[1])).toEqual(variables);
    expect(named.map((match) => match[2])).toEqual(variables.map(() => ''));
  });

  test('the table of the documentation lists each one, and no other', () => {
    const rows = read('docs/operations/environment.md').match(/^\| .*$/gm) ?? [];
    const named = rows.flatMap((row) => row.split('|')[1]?.match(/(?<=`)[A-Z_]+(?=`)/g) ?? []);
    expect(named).toEqual(variables);
  });
});
