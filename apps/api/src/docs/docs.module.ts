import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DocsController } from './docs.controller.js';
import { EndpointCatalogue } from './endpoint-catalogue.js';
import { IndexController } from './index.controller.js';
import { OpenApiDocument } from './openapi-document.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [DocsController, IndexController],
  providers: [EndpointCatalogue, OpenApiDocument],
})
export class DocsModule {}
