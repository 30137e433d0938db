import { OperatorError } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { API_ROLE, SYNC_ROLE } from './inspection.js';

/** A role that may only read was given to a process that writes. */
export class ReadingRoleError extends OperatorError {
  constructor(role: string, isApiRole: boolean) {
    super(
      `the database: ${role} is ${isApiRole ? "the API's role" : 'a role that may not write the tables'}, the sync needs ` +
        `${SYNC_ROLE} or a member of it, and npm run migrate the owner of the tables: check DATABASE_URL`,
    );
  }
}

/** Before a statement of ours is refused for a reason that names neither the role nor the one that is needed. @throws ReadingRoleError */
export async function refuseReadingRole(queryRunner: QueryRunner): Promise<void> {
  const [role]: { name: string; mayWrite: boolean; isApi: boolean }[] = await queryRunner.query(
    `SELECT current_user::text AS name,
       CASE WHEN to_regclass('sync_locks') IS NULL THEN current_user <> $1
         ELSE has_table_privilege(to_regclass('sync_locks'), 'INSERT') END AS "mayWrite",
       coalesce((SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = $1), false) AS "isApi"`,
    [API_ROLE],
  );
  if (!role!.mayWrite) throw new ReadingRoleError(role!.name, role!.isApi);
}
