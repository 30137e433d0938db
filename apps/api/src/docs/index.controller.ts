import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { OpenToAll } from '../access/route-access.js';
import { Endpoint } from '../endpoint.js';
import { EndpointCatalogue } from './endpoint-catalogue.js';

const indexResponse = z.strictObject({
  message: z.string(),
  endpoints: z.array(z.strictObject({ path: z.string(), also: z.array(z.string()), summary: z.string() })),
});

@Controller()
export class IndexController {
  constructor(private readonly catalogue: EndpointCatalogue) {}

  @OpenToAll()
  @Endpoint(['/index', '/'], 'Every endpoint, with one line on each', indexResponse)
  index(): z.infer<typeof indexResponse> {
    return {
      message: 'JupyterHub cost monitoring: what each hub, group and user costs. /docs explains the parameters.',
      endpoints: this.catalogue.list().map(({ paths: [path = '', ...also], summary }) => ({ path, also, summary })),
    };
  }
}
