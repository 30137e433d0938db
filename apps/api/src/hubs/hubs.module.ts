import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { HubsController } from './hubs.controller.js';

@Module({ imports: [FiguresModule], controllers: [HubsController] })
export class HubsModule {}
