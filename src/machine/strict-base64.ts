/**
 * Bytes of base64 as it is written (RFC 4648, section 4). Node also takes unused bits, missing padding, blanks and the
 * other alphabet: then two texts would be one signature.
 * @returns undefined for a text that encoding its bytes does not give again
 */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
