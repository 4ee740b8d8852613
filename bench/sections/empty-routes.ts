import { Controller, Get, SetMetadata } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';

// Loaded into the service's process before its own program (`node --import`), to give it two routes that do nothing: what
// is left of their cost is the pipeline's, and what sets them apart is the authentication's.

/** Two routes that do nothing, one of them open to everybody. */
@Controller('bench')
class EmptyRoutes {
  @Get('open')
  @SetMetadata('identity:public', true)
  open(): object {
    return {};
  }

  @Get('guarded')
  guarded(): object {
    return {};
  }
}

interface RootModule {
  register(options: unknown): DynamicModule;
}

// The engine, a process of its own, is started with the same options.
if (process.argv[1]?.endsWith('dist/main.js') === true) {
  const root = new URL('../../../dist/app.module.js', import.meta.url).href;
  const { AppModule } = (await import(root)) as { AppModule: RootModule };
  const register = AppModule.register.bind(AppModule);
  AppModule.register = (options) => ({ ...register(options), controllers: [EmptyRoutes] });
}
