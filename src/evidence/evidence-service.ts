import type { AuditKey } from '../audit/audit-key.js';
import type { Evidence, EvidenceWritten } from '../domain/evidence.js';
import { sha256Of } from '../machine/sha256.js';
import { collectEvidence, type EvidenceSources } from './collect-evidence.js';
import { evidenceFiles, FILES } from './evidence-files.js';
import { publicKeyPem } from './public-key.js';
import { signedStatement } from './statement.js';
import { writeFolder } from './write-folder.js';

export interface EvidenceService {
  /**
   * Writes everything that decided a release or a halt into a folder that is not there yet, or empty.
   * @param page renders it for people, as one page of HTML
   * @returns undefined: there is neither a release nor a halt with this id
   */
  write(
    id: string,
    folder: string,
    page: (evidence: Evidence, fingerprint: string) => string,
  ): Promise<EvidenceWritten | undefined>;
}

export function createEvidence(
  sources: EvidenceSources & { readonly openKey: () => Promise<AuditKey> },
): EvidenceService {
  return {
    async write(id, folder, page) {
      const evidence = await collectEvidence(sources, id);
      if (evidence === undefined) return undefined;
      const key = await sources.openKey();
      const files = [
        { path: FILES.page, text: page(evidence, key.fingerprint) },
        ...evidenceFiles(evidence),
        { path: FILES.key, text: publicKeyPem(key.publicKey) },
      ];
      const sha256s = new Map(files.map(({ path, text }) => [path, sha256Of(text)]));
      const statement = { path: FILES.statement, text: signedStatement(evidence, sha256s, key) };
      const written = await writeFolder(folder, [...files, statement]);
      return { evidence, folder: written, files: files.length + 1, fingerprint: key.fingerprint };
    },
  };
}
