import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { FocusController } from './focus.controller.js';

@Module({ imports: [FiguresModule], controllers: [FocusController] })
export class FocusModule {}
