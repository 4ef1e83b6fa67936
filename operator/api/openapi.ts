// SPDX-License-Identifier: Apache-2.0
/** The OpenAPI 3.1 document of the routes, made from their zod schemas (spec.openapis.org/oas/v3.1.0). */
import { z } from "zod";
import { problem } from "#lib/contracts/api.ts";
import type { Route, Shape } from "./route.ts";

const schemaOf = (shape: Shape, io: "input" | "output"): Record<string, unknown> => {
  const schema: Record<string, unknown> = { ...z.toJSONSchema(shape, { io, unrepresentable: "any" }) };
  delete schema["$schema"];
  return schema;
};

export function openApiDocument(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "StellaOps", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    security: [{ kubernetes: [] }],
    paths,
    components: {
      securitySchemes: {
        kubernetes: {
          type: "http",
          scheme: "bearer",
          description: "A Kubernetes token; the right to the custom resource behind the path is checked.",
        },
      },
      schemas: { Problem: schemaOf(problem, "output") },
    },
  };
}

function operationOf(route: Route): Record<string, unknown> {
  const answer =
    route.response === undefined
      ? { "application/octet-stream": { schema: { type: "string", format: "binary" } } }
      : { "application/json": { schema: schemaOf(route.response, "output") } };
  return {
    summary: route.summary,
    parameters: [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(route.body, "input") } },
          },
        }),
    responses: {
      [String(route.status ?? 200)]: { description: "Done.", content: answer },
      default: {
        description: "What went wrong.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function parametersOf(shape: Shape | undefined, place: "path" | "query"): readonly object[] {
  if (shape === undefined) return [];
  const schema = schemaOf(shape, "input");
  const required = new Set((schema["required"] ?? []) as readonly string[]);
  return Object.entries((schema["properties"] ?? {}) as Record<string, Record<string, unknown>>).map(
    ([name, { description, ...rest }]) => ({
      name,
      in: place,
      required: place === "path" || required.has(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }),
  );
}
