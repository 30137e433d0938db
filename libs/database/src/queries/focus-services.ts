/** FOCUS's subcategories of AWS services, each with its category. */
const CATEGORIES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Compute: {
    'Virtual Machines': ['Amazon Elastic Compute Cloud - Compute'],
    'Other (Compute)': ['EC2 - Other', 'AWS Batch'],
    Containers: [
      'Amazon Elastic Container Service for Kubernetes',
      'Amazon Elastic Container Service',
      'Amazon EC2 Container Registry (ECR)',
    ],
    'Serverless Compute': ['AWS Lambda'],
  },
  Storage: {
    'Object Storage': ['Amazon Simple Storage Service', 'Amazon Glacier'],
    'File Storage': ['Amazon Elastic File System', 'Amazon FSx'],
    'Block Storage': ['Amazon Elastic Block Store'],
    'Backup Storage': ['AWS Backup'],
  },
  Networking: {
    'Application Networking': ['Amazon Elastic Load Balancing'],
    'Network Infrastructure': ['Amazon Virtual Private Cloud'],
    'Network Routing': ['Amazon Route 53'],
    'Network Connectivity': ['AWS Data Transfer', 'AWS Direct Connect'],
    'Content Delivery': ['Amazon CloudFront'],
  },
  Databases: {
    'Relational Databases': ['Amazon Relational Database Service'],
    'NoSQL Databases': ['Amazon DynamoDB'],
    Caching: ['Amazon ElastiCache'],
  },
  'AI and Machine Learning': { 'AI Platforms': ['Amazon SageMaker'], 'Generative AI': ['Amazon Bedrock'] },
  'Management and Governance': {
    Observability: ['AmazonCloudWatch'],
    Compliance: ['AWS CloudTrail', 'AWS Config'],
    'Cost Management': ['AWS Cost Explorer'],
  },
  Security: {
    'Secret Management': ['AWS Secrets Manager', 'AWS Key Management Service'],
    'Threat Detection and Response': ['Amazon GuardDuty'],
  },
  Integration: { Messaging: ['Amazon Simple Queue Service', 'Amazon Simple Notification Service'] },
};

/** Services as Cost Explorer names them. Of any other service FOCUS's category is Other. */
export const FOCUS_SERVICES = Object.entries(CATEGORIES).flatMap(([category, subcategories]) =>
  Object.entries(subcategories).flatMap(([subcategory, services]) =>
    services.map((service) => ({ service, category, subcategory })),
  ),
);
