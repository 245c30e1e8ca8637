import protobuf from 'protobufjs';

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
  | { readonly kind: 'not_onnx'; readonly because: string }
  /** Some weights lie in a file beside it: which file that is, only the folder where it is loaded decides. */
  | { readonly kind: 'external_data'; readonly location: string };

// The part of onnx.proto (ONNX 1.x, field numbers from the specification) that tells a model from other bytes.
const SCHEMA = `
syntax = "proto3";
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ValueInfoProto { string name = 1; bytes type = 2; }
message StringStringEntryProto { string key = 1; string value = 2; }
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; string name = 8;
  repeated StringStringEntryProto external_data = 13; int32 data_location = 14;
}
message SparseTensorProto { TensorProto values = 1; TensorProto indices = 2; }
message AttributeProto {
  string name = 1; TensorProto t = 5; GraphProto g = 6; repeated TensorProto tensors = 10; repeated GraphProto graphs = 11;
  SparseTensorProto sparse_tensor = 22; repeated SparseTensorProto sparse_tensors = 23;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5;
}
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; repeated SparseTensorProto sparse_initializer = 15;
}
message TrainingInfoProto { GraphProto initialization = 1; GraphProto algorithm = 2; }
message FunctionProto { repeated NodeProto node = 7; repeated AttributeProto attribute_proto = 11; }
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; int64 model_version = 5;
  GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
  repeated TrainingInfoProto training_info = 20; repeated FunctionProto functions = 25;
}`;

interface DecodedModel {
  irVersion?: number;
  producerName?: string;
  opsetImport?: { domain?: string; version?: number }[];
  graph?: {
    node?: { opType?: string }[];
    input?: { name?: string }[];
    output?: { name?: string }[];
    initializer?: { name?: string }[];
  };
}

const modelType = protobuf.parse(SCHEMA).root.lookupType('ModelProto');

/** Whether the bytes parse as an ONNX model with something to compute. Nothing in them is run. */
export function inspectModel(bytes: Buffer): ModelInspection {
  let model: DecodedModel;
  let location: string | undefined;
  try {
    const options = { longs: Number, arrays: true };
    model = modelType.toObject(modelType.decode(bytes), options) as DecodedModel;
    location = externalLocation(model);
  } catch {
    return notOnnx('its bytes are no protocol buffer of a model');
  }
  const { graph, opsetImport = [] } = model;
  if ((model.irVersion ?? 0) < 1) return notOnnx('it names no ONNX version');
  if (graph === undefined) return notOnnx('it holds no graph');
  const { node = [], input = [], output = [], initializer = [] } = graph;
  if (node.length === 0 || output.length === 0) return notOnnx('its graph computes nothing');
  if (node.some(({ opType }) => !opType)) return notOnnx('a node of its graph names no operator');
  const opset = opsetImport.find(({ domain }) => (domain ?? '') === '' || domain === 'ai.onnx')?.version ?? 0;
  if (opset < 1) return notOnnx('it names no operator set');
  if (location !== undefined) return { kind: 'external_data', location };
  const weights = new Set(initializer.map(({ name }) => name));
  return {
    kind: 'onnx',
    producer: model.producerName ?? '',
    opset,
    nodes: node.length,
    inputs: input.flatMap(({ name }) => (name && !weights.has(name) ? [name] : [])),
    outputs: output.flatMap(({ name }) => (name ? [name] : [])),
  };
}

/** The file of the first tensor that lies outside, wherever in the model it stands; '' where it names none. */
function externalLocation(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  const { dataLocation, externalData } = part as { dataLocation?: number; externalData?: unknown[] };
  if (dataLocation === EXTERNAL || (externalData?.length ?? 0) > 0) return locationIn(externalData ?? []);
  for (const inner of Object.values(part)) {
    const location = externalLocation(inner);
    if (location !== undefined) return location;
  }
  return undefined;
}

/** `TensorProto.DataLocation` of onnx.proto. */
const EXTERNAL = 1;

function locationIn(entries: readonly unknown[]): string {
  const named = (entries as readonly { key?: string; value?: string }[]).find(
    ({ key }) => key === 'location',
  );
  return named?.value ?? '';
}

const notOnnx = (because: string): ModelInspection => ({ kind: 'not_onnx', because });
