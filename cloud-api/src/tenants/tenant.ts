/** A customer: everything but tenants themselves belongs to one. */
export interface Tenant {
  tenantId: string;
  name: string;
  createdAt: number;
}
