import { dayOf } from '#libs/domain';
console.log(dayOf(new Date()));
