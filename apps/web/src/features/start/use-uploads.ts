import { useCallback, useEffect, useRef, useState } from "react";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { uploadFile } from "./upload.js";

export type UploadState =
  | { status: "uploading"; name: string; size: number; fraction: number }
  | { status: "ready"; name: string; size: number }
  | { status: "failed"; name: string; size: number; message: string };

interface Upload {
  abort: AbortController;
  id: Promise<string>;
}

/** The uploads of one form, by the path of their field. */
export function useUploads() {
  const { client } = trpc.useUtils();
  const [states, setStates] = useState<Readonly<Record<string, UploadState>>>({});
  const running = useRef(new Map<string, Upload>());

  const drop = useCallback((path: string) => {
    running.current.get(path)?.abort.abort();
    running.current.delete(path);
    setStates(({ [path]: _, ...rest }) => rest);
  }, []);

  const add = useCallback(
    (path: string, file: File) => {
      drop(path);
      const { name, size } = file;
      const abort = new AbortController();
      const show = (state: UploadState) => {
        if (!abort.signal.aborted) setStates((all) => ({ ...all, [path]: state }));
      };
      show({ status: "uploading", name, size, fraction: 0 });
      const onProgress = (fraction: number) => show({ status: "uploading", name, size, fraction });
      const id = uploadFile({ client, file, signal: abort.signal, onProgress });
      id.then(
        () => show({ status: "ready", name, size }),
        (error: unknown) => show({ status: "failed", name, size, message: toProblem(error).message }),
      );
      running.current.set(path, { abort, id });
    },
    [client, drop],
  );

  /** Waits for what is being uploaded; resolves to the artifact ids by path, without those that failed. */
  const settle = useCallback(async (): Promise<Record<string, string>> => {
    const entries = await Promise.all(
      [...running.current].map(async ([path, { id }]) => [path, await id.catch(() => "")] as const),
    );
    return Object.fromEntries(entries.filter(([, id]) => id));
  }, []);

  useEffect(() => {
    const uploads = running.current;
    return () => {
      for (const { abort } of uploads.values()) abort.abort();
    };
  }, []);

  return { states, add, drop, settle };
}
