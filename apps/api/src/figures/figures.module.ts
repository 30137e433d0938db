import { Module } from '@nestjs/common';
import { FigureInterceptor } from './figure.interceptor.js';
import { Figures } from './figures.js';

/** What every feature that responds with figures needs. */
@Module({ providers: [Figures, FigureInterceptor], exports: [Figures, FigureInterceptor] })
export class FiguresModule {}
