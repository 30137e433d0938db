import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';

/** Parses the parameters with their endpoint's schema; responds 400 with one sentence that names each faulty or unknown one. */
export const parameterPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new BadRequestException(
      issues
        .map(({ path = [], message }) => [...(path.length > 0 ? [path.map(String).join('.')] : []), message].join(': '))
        .join('; '),
    ),
});
