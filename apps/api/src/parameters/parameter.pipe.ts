import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';

/** Parses the parameters with their endpoint's schema; answers 400 with one sentence that names each faulty one. */
export const parameterPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new BadRequestException(
      issues.map(({ path = [], message }) => `${path.map(String).join('.')}: ${message}`).join('; '),
    ),
});
