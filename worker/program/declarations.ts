/**
 * Capabilities as TypeScript: what a model reads before it writes a program, and what the program is type-checked against.
 * Every token of it is paid for with each program: types are named once, and nothing is said twice.
 *
 * Invariant: the same names give the same text, whatever their order, so that providers can keep it in their caches.
 */
import type { CodeCapability } from "../domain/capability.ts";
import { capabilitiesNamed, inputSchemaOf, type JsonSchema, outputSchemaOf, TYPE_NAME } from "./capability-schema.ts";

const CONTEXT = "/** What the program was started with. */\ndeclare const context: any;";

/** Of each set of names that was asked for lately: to write them takes longer than all else that a prompt needs. */
const rendered = new Map<string, string>();
/** Bounds the memory: the oldest are forgotten first. */
const RENDERED_MAX = 50;

/** Declarations for these capabilities, and for `context`. @throws for a name that is none */
export function renderDeclarations(names: readonly string[]): string {
  const key = names.toSorted().join();
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const written = writeDeclarations(names);
  if (rendered.size >= RENDERED_MAX) rendered.delete(rendered.keys().next().value!);
  rendered.set(key, written);
  return written;
}

function writeDeclarations(names: readonly string[]): string {
  const writer = new TypeWriter();
  const namespaces = [...Map.groupBy(capabilitiesNamed(names), ({ name }) => name.split(".")[0]!)].map(
    ([entity, capabilities]) =>
      `declare namespace ${entity} {\n${capabilities.map((each) => functionOf(each, writer)).join("\n")}\n}`,
  );
  return [...writer.declarations(), ...namespaces, CONTEXT].join("\n");
}

export interface TypedCapability {
  readonly capability: CodeCapability;
  /** `stories.create(input: { … }): Promise<Story>` */
  readonly signature: string;
}

/** The same for a page: the types that have names, and what each capability takes and answers. */
export function typedCapabilities(names: readonly string[]): {
  readonly types: readonly string[];
  readonly capabilities: readonly TypedCapability[];
} {
  const writer = new TypeWriter();
  const capabilities = capabilitiesNamed(names).map((capability) => ({
    capability,
    signature: `${capability.name.split(".")[0]}.${signatureOf(capability, writer)}`,
  }));
  return { types: writer.declarations(), capabilities };
}

function functionOf(capability: CodeCapability, writer: TypeWriter): string {
  return `  ${commentOf(capability.summary)}\n  function ${signatureOf(capability, writer)};`;
}

function signatureOf(capability: CodeCapability, writer: TypeWriter): string {
  // What a call answers is written first: its input may then refer to the types of its fields.
  const output = writer.typeOf(outputSchemaOf(capability));
  const input = inputSchemaOf(capability);
  const optional = (input.required ?? []).length === 0 ? "?" : "";
  const verb = capability.name.split(".")[1]!;
  const type = writer.typeOf(input);
  return `${verb}(input${optional}: ${type}): Promise<${output}>`;
}

/** Writes types, and gathers those that have a name. */
class TypeWriter {
  readonly #named = new Map<string, string>();
  /** Fields that are one of some words, as `Name["field"]`, by field and text. */
  readonly #fields = new Map<string, string>();
  readonly #said = new Set<string>();

  declarations(): readonly string[] {
    return [...this.#named].map(([name, type]) => `type ${name} = ${type};`);
  }

  typeOf(schema: JsonSchema): string {
    const name = schema[TYPE_NAME];
    if (name === undefined) return this.#write(schema);
    if (!this.#named.has(name)) {
      const type = this.#write(schema);
      this.#named.set(name, type);
      for (const [field, each] of Object.entries(schema.properties ?? {})) {
        if (each.enum) this.#fields.set(`${field}: ${this.typeOf(each)}`, `${name}["${field}"]`);
      }
    }
    return name;
  }

  #write(schema: JsonSchema): string {
    const { type, anyOf, items, properties } = schema;
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (anyOf) return anyOf.map((each) => this.typeOf(each)).join(" | ");
    if (Array.isArray(type)) return type.map((each) => this.#write({ type: each })).join(" | ");
    if (properties) return this.#object(schema);
    if (items) return arrayOf(this.typeOf(items));
    if (type === "integer") return "number";
    if (type === "string" || type === "number" || type === "boolean" || type === "null") return type;
    throw new Error(`Declarations have no type for ${JSON.stringify(schema)}`);
  }

  #object({ properties = {}, required = [] }: JsonSchema): string {
    const fields = Object.entries(properties).map(([name, schema]) => {
      const type = this.#fieldType(name, schema);
      return `${this.#once(name, schema)}${name}${required.includes(name) ? "" : "?"}: ${type}`;
    });
    return fields.length === 0 ? "{}" : `{ ${fields.join("; ")} }`;
  }

  /** The field's type, or a reference to the same field of a named type where that is shorter to say. */
  #fieldType(name: string, schema: JsonSchema): string {
    const type = this.typeOf(schema);
    const reference = this.#fields.get(`${name}: ${type}`);
    return reference !== undefined && reference.length < type.length ? reference : type;
  }

  /** A description, where the same field was not described in the same words before. */
  #once(name: string, { description }: JsonSchema): string {
    const key = `${name}: ${description}`;
    if (description === undefined || this.#said.has(key)) return "";
    this.#said.add(key);
    return `${commentOf(description)} `;
  }
}

function arrayOf(type: string): string {
  return /^\w+$/.test(type) || (type.startsWith("{") && type.endsWith("}")) ? `${type}[]` : `(${type})[]`;
}

function commentOf(text: string): string {
  return `/** ${text.replaceAll("*/", "* /")} */`;
}
