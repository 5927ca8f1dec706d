import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callAgent } from '../session/viewer-session.ts';

export type FileDetail = ReplyOf<typeof localEndpoints.getLocalItem>;
export type FileTags = ReplyOf<typeof localEndpoints.getTags>;
export type FileLeft = ReplyOf<typeof localEndpoints.getWhatLeft>;

/** One file: where it stands, and what each level would send. Asked again while it is on its way. */
export function useItem(key: string): UseQueryResult<FileDetail> {
  return useQuery({
    queryKey: ['item', key],
    queryFn: ({ signal }) => callAgent(localEndpoints.getLocalItem, { params: { key }, signal }),
    refetchInterval: (query) => (query.state.data?.item.state === 'synced' ? false : 3_000),
    placeholderData: keepPreviousData,
  });
}

export function useLeft(key: string): UseQueryResult<FileLeft> {
  return useQuery({
    queryKey: ['left', key],
    queryFn: ({ signal }) => callAgent(localEndpoints.getWhatLeft, { params: { key }, signal }),
  });
}

/** Every tag of the file; read from it now. */
export function useTags(key: string, isWanted: boolean): UseQueryResult<FileTags> {
  return useQuery({
    queryKey: ['tags', key],
    queryFn: ({ signal }) => callAgent(localEndpoints.getTags, { params: { key }, signal }),
    enabled: isWanted,
    staleTime: 60_000,
  });
}
