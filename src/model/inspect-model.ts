import protobuf from 'protobufjs/minimal.js';
import type { UnusableModel } from '../domain/fault.js';

/** What an ONNX file says of itself. */
export type ModelInspection =
  | {
      readonly kind: 'onnx';
      readonly producer: string;
      readonly opset: number;
      readonly nodes: number;
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    }
  | { readonly kind: 'not_onnx'; readonly because: UnusableModel }
  /** Some weights lie in a file beside it: which file that is, only the folder where it is loaded decides. */
  | { readonly kind: 'external_data'; readonly location: string };

/** A field that is a message of its own, by the message's name; the others are read as what they hold. */
type Field = keyof typeof MESSAGES | 'text' | 'integer';

// The part of onnx.proto (ONNX 1.x, field numbers from the specification) that tells a model from other bytes.
const MESSAGES = {
  model: { 1: 'integer', 2: 'text', 7: 'graph', 8: 'opset', 20: 'training', 25: 'function' },
  opset: { 1: 'text', 2: 'integer' },
  // 5 are weights, 11 inputs, 12 outputs.
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 15: 'sparse' },
  node: { 4: 'text', 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  tensor: { 8: 'text', 13: 'entry', 14: 'integer' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  entry: { 1: 'text', 2: 'text' },
  value: { 1: 'text' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
} as const satisfies Readonly<Record<string, Readonly<Record<number, string>>>>;

/** A message of a file, as far as it is looked at: its own texts and numbers, by field. */
interface Part {
  readonly kind: keyof typeof MESSAGES;
  readonly texts: Map<number, string>;
  readonly integers: Map<number, number>;
}

type Visit = (part: Part, field: number, above: readonly Part[]) => void;

/** A model that anybody trains has some thousands. */
const MAX_PARTS = 250_000;
/** As every reader of protocol buffers bounds it. */
const MAX_DEPTH = 100;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

class TooManyParts extends Error {}

/** Whether the bytes parse as an ONNX model with something to compute. Nothing in them is run, and little of them is kept. */
export function inspectModel(bytes: Buffer): ModelInspection {
  const seen = new SeenModel();
  try {
    seen.model = walkModel(bytes, (...visited) => seen.visit(...visited));
  } catch (error) {
    return notOnnx(error instanceof TooManyParts ? 'too_many_parts' : 'no_protocol_buffer');
  }
  return seen.inspection();
}

/** What is kept of a model while it is gone over. */
class SeenModel {
  model: Part | undefined;
  #hasGraph = false;
  #nodes = 0;
  #isNodeNameless = false;
  #opset = 0;
  #location: string | undefined;
  readonly #weights = new Set<string>();
  readonly #inputs: string[] = [];
  readonly #outputs: string[] = [];

  /** Told of each message at its end. */
  visit({ kind, texts, integers }: Part, field: number, above: readonly Part[]): void {
    // Only the model's own graph; those within nodes and functions compute for it.
    const isOfGraph = above.length === 2 && above[1]?.kind === 'graph';
    if (kind === 'graph' && above.length === 1 && field === 7) this.#hasGraph = true;
    if (kind === 'opset' && this.#opset === 0 && ['', 'ai.onnx'].includes(texts.get(1) ?? ''))
      this.#opset = integers.get(2) ?? 0;
    if (kind === 'node' && isOfGraph) {
      this.#nodes += 1;
      this.#isNodeNameless ||= !texts.get(4);
    }
    if (kind === 'value' && isOfGraph) (field === 11 ? this.#inputs : this.#outputs).push(texts.get(1) ?? '');
    if (kind === 'tensor' && isOfGraph) this.#weights.add(texts.get(8) ?? '');
    this.#lookOutside({ kind, texts, integers }, above);
  }

  inspection(): ModelInspection {
    const { integers, texts } = this.model ?? { integers: new Map<number, number>(), texts: new Map() };
    if ((integers.get(1) ?? 0) < 1) return notOnnx('no_onnx_version');
    if (!this.#hasGraph) return notOnnx('no_graph');
    if (this.#nodes === 0 || this.#outputs.length === 0) return notOnnx('computes_nothing');
    if (this.#isNodeNameless) return notOnnx('operator_missing');
    if (this.#opset < 1) return notOnnx('no_operator_set');
    if (this.#location !== undefined) return { kind: 'external_data', location: this.#location };
    return {
      kind: 'onnx',
      producer: texts.get(2) ?? '',
      opset: this.#opset,
      nodes: this.#nodes,
      inputs: this.#inputs.filter((name) => name !== '' && !this.#weights.has(name)),
      outputs: this.#outputs.filter((name) => name !== ''),
    };
  }

  /** A tensor whose values lie elsewhere, wherever in the model it stands; the file's name, or '' where it tells none. */
  #lookOutside({ kind, texts, integers }: Part, above: readonly Part[]): void {
    if (kind === 'entry' && above.at(-1)?.kind === 'tensor') {
      const location = texts.get(1) === 'location' ? texts.get(2) : undefined;
      this.#location = location ?? this.#location ?? '';
    }
    if (kind === 'tensor' && integers.get(14) === EXTERNAL) this.#location ??= '';
  }
}

/** `TensorProto.DataLocation` of onnx.proto. */
const EXTERNAL = 1;

/** Goes over the messages of a model without keeping them. @throws where the bytes are none */
function walkModel(bytes: Buffer, visit: Visit): Part {
  const reader = protobuf.Reader.create(bytes);
  const above: Part[] = [];
  let parts = 0;
  const walk = (kind: Part['kind'], end: number, ofField: number): Part => {
    parts += 1;
    if (parts > MAX_PARTS) throw new TooManyParts();
    if (above.length > MAX_DEPTH || end > reader.len) throw new RangeError('no model is like this');
    const part: Part = { kind, texts: new Map(), integers: new Map() };
    const fields: Readonly<Record<number, Field>> = MESSAGES[kind];
    above.push(part);
    while (reader.pos < end) {
      const tag = reader.uint32();
      const [field, wire] = [tag >>> 3, tag & 7];
      const known = fields[field];
      if (known === 'integer' && wire === VARINT) part.integers.set(field, Number(reader.int64()));
      else if (known === undefined || known === 'integer' || wire !== LENGTH_DELIMITED) reader.skipType(wire);
      else if (known === 'text') part.texts.set(field, reader.string());
      else {
        const length = reader.uint32();
        walk(known, reader.pos + length, field);
      }
    }
    if (reader.pos !== end) throw new RangeError('a message ends within a field');
    above.pop();
    if (above.length > 0) visit(part, ofField, above);
    return part;
  };
  return walk('model', bytes.length, 0);
}

const notOnnx = (because: UnusableModel): ModelInspection => ({ kind: 'not_onnx', because });
