/** Runs an invocation within a part of its trace. */
export type Traced = <Result>(
  name: string,
  /** What the part is found by; asked only where there is a trace. */
  annotations: () => Readonly<Record<string, string | number>>,
  work: () => Promise<Result>,
) => Promise<Result>;

/**
 * AWS X-Ray by Lambda Powertools. Without the address of a daemon, which Lambda gives to each function, nothing is traced
 * and the X-Ray library is not even loaded.
 */
export async function createTracing(options: {
  functionName: string;
  daemonAddress: string | undefined;
}): Promise<Traced> {
  if (options.daemonAddress === undefined) return (_name, _annotations, work) => work();
  const { Tracer } = await import("@aws-lambda-powertools/tracer");
  const tracer = new Tracer({ serviceName: options.functionName, enabled: true });
  return async (name, annotations, work) => {
    const parent = tracer.getSegment();
    // A call that is not sampled, or comes from outside of Lambda, has no trace to be a part of.
    if (!parent) return work();
    const part = parent.addNewSubsegment(`## ${name}`);
    tracer.setSegment(part);
    tracer.annotateColdStart();
    tracer.addServiceNameAnnotation();
    for (const [key, value] of Object.entries(annotations())) tracer.putAnnotation(key, value);
    try {
      return await work();
    } catch (error) {
      tracer.addErrorAsMetadata(error as Error);
      throw error;
    } finally {
      part.close();
      tracer.setSegment(parent);
    }
  };
}
