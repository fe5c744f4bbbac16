/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINFUZZ_MEMPINFD_H
#define PINFUZZ_MEMPINFD_H

/* /dev/mempinfd comes and goes with the module. */
int mempinfd_register(void);
void mempinfd_unregister(void);

#endif /* PINFUZZ_MEMPINFD_H */
