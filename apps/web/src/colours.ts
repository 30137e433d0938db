export { coloursOf, EVERYONE_ELSE, UNALLOCATED } from '#libs/domain';
