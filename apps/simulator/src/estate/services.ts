/** Service names as Cost Explorer's SERVICE dimension gives them. */
export const EC2 = 'Amazon Elastic Compute Cloud - Compute';
export const EC2_OTHER = 'EC2 - Other';
export const EKS = 'Amazon Elastic Container Service for Kubernetes';
export const EFS = 'Amazon Elastic File System';
export const S3 = 'Amazon Simple Storage Service';
export const ELB = 'Amazon Elastic Load Balancing';
export const VPC = 'Amazon Virtual Private Cloud';
export const BACKUP = 'AWS Backup';
export const ECR = 'Amazon EC2 Container Registry (ECR)';
export const CLOUDWATCH = 'AmazonCloudWatch';
export const KMS = 'AWS Key Management Service';
export const RDS = 'Amazon Relational Database Service';
export const SAVINGS_PLANS = 'Savings Plans for AWS Compute usage';
export const SUPPORT = 'AWS Support (Business)';
export const TAX = 'Tax';
