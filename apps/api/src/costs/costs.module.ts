import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { CostsController } from './costs.controller.js';

@Module({ imports: [FiguresModule], controllers: [CostsController] })
export class CostsModule {}
