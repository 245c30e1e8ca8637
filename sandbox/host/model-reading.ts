import protobuf from 'protobufjs/minimal.js';

/** What the trading process learns from a model file before it trades with it. */
export interface ReadModel {
  readonly inputDim: number;
  readonly outputDim: number;
}

const { Reader } = protobuf;
const OPERATORS = new Set(['Gemm', 'Sigmoid', 'MatMul', 'Add', 'Conv', 'Relu']);

/** One protobuf message, as its fields: numbers for varints, bytes for what has a length. */
function readFields(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const reader = Reader.create(bytes);
  const fields = new Map<number, (number | Uint8Array)[]>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field === 0) throw new Error('a field has the number 0');
    if (wireType === 0) append(fields, field, Number(reader.int64()));
    else if (wireType === 2) append(fields, field, reader.bytes());
    else reader.skipType(wireType);
  }
  return fields;
}

function append<T>(fields: Map<number, T[]>, field: number, value: T): void {
  fields.set(field, [...(fields.get(field) ?? []), value]);
}

type Fields = ReturnType<typeof readFields>;

function messagesOf(fields: Fields, field: number): Fields[] {
  return (fields.get(field) ?? []).map((value) => {
    if (typeof value === 'number') throw new Error(`field ${field} is no message`);
    return readFields(value);
  });
}

function textOf(fields: Fields, field: number): string {
  const value = fields.get(field)?.[0];
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}

/** The size of the last dimension of a ValueInfoProto's tensor. */
function widthOf(info: Fields | undefined): number {
  const tensor = info && messagesOf(info, 2)[0];
  const shape = tensor && messagesOf(tensor, 1)[0];
  const dimensions = shape && messagesOf(shape, 2)[0];
  const last = dimensions && messagesOf(dimensions, 1).at(-1);
  const width = last?.get(1)?.[0];
  if (typeof width !== 'number' || width < 1) throw new Error('an input or output has no size');
  return width;
}

/** @throws Error with the reason, when the bytes are no ONNX model that this process could run. */
export function readOnnxModel(bytes: Uint8Array): ReadModel {
  if (bytes.length === 0) throw new Error('the file is empty');
  const model = readFields(bytes);
  const graph = messagesOf(model, 7)[0];
  if (graph === undefined || typeof model.get(1)?.[0] !== 'number') throw new Error('it holds no ONNX graph');
  for (const node of messagesOf(graph, 1)) {
    const operator = textOf(node, 4);
    if (!OPERATORS.has(operator)) throw new Error(`no kernel for operator "${operator.slice(0, 20)}"`);
  }
  for (const tensor of messagesOf(graph, 5)) {
    const size = (tensor.get(1) ?? []).reduce<number>((product, value) => product * Number(value), 1);
    const raw = tensor.get(9)?.[0];
    if (raw instanceof Uint8Array && raw.length !== size * 4)
      throw new Error('a tensor has the wrong length');
  }
  return { inputDim: widthOf(messagesOf(graph, 11)[0]), outputDim: widthOf(messagesOf(graph, 12)[0]) };
}
