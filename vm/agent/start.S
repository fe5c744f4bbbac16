/* SPDX-License-Identifier: GPL-2.0 */
/* Entry, new tasks on stacks of their own, and accesses whose faults are caught. */

	.text
	.globl _start
_start:
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	agent_start
	ud2

/* void run_on_stack(void *stack_top, void (*function)(void)): never returns. */
	.globl run_on_stack
run_on_stack:
	movq	%rdi, %rsp
	xorl	%ebp, %ebp
	call	*%rsi
	ud2

/*
 * long clone_task(u64 flags, u64 *stack_top, int *pid, void (*function)(int), long task)
 * The child does not return into frames of its parent: it starts on a stack of
 * its own, from which it takes function and task.
 */
	.globl clone_task
clone_task:
	subq	$16, %rsi
	movq	%rcx, 0(%rsi)
	movq	%r8, 8(%rsi)
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	movl	$56, %eax		/* __NR_clone */
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:	xorl	%ebp, %ebp
	popq	%rax
	popq	%rdi
	call	*%rax
	ud2

/* int load_word(const u64 *at, u64 *value): 0, or 1 if the load faulted. */
	.globl load_word, load_word_access
load_word:
	xorl	%eax, %eax
load_word_access:
	movq	(%rdi), %rdx
	movq	%rdx, (%rsi)
	ret

/* int store_word(u64 *at, u64 value): 0, or 1 if the store faulted. */
	.globl store_word, store_word_access
store_word:
	xorl	%eax, %eax
store_word_access:
	movq	%rsi, (%rdi)
	ret

/* Where the fault handler sends an access that faulted. */
	.globl access_faulted
access_faulted:
	movl	$1, %eax
	ret

/* What a signal handler returns to. */
	.globl signal_return
signal_return:
	movl	$15, %eax		/* __NR_rt_sigreturn */
	syscall

	.section .note.GNU-stack,"",@progbits
