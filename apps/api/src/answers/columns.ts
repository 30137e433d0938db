import { z } from 'zod';

/** The columns of an answer, in order: the properties of its objects, or `name` of an array of texts. */
export function columnsOf(answer: z.ZodType | undefined): readonly string[] {
  const element = answer instanceof z.ZodArray ? answer.element : undefined;
  return element instanceof z.ZodObject ? Object.keys(element.shape) : ['name'];
}
