(** T16 for uncertain weights: if |W - W0| <= U entry by entry, the premise holds for W with a slack that
    is smaller by the largest half row sum of d_i U_ij + d_j U_ji. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure.
Open Scope R_scope.

Section Uncertain.
Variable n : nat.
Variable lay : nat -> nat.
Variables rho h d : vec.
Variables W0 W U : nat -> nat -> R.
Variables m slack : R.
Hypothesis d_nonneg : forall i, (i < n)%nat -> 0 <= d (lay i).
Hypothesis near : forall i j, (i < n)%nat -> (j < n)%nat -> Rabs (W i j - W0 i j) <= U i j.
Hypothesis rows : forall i, (i < n)%nat ->
  / 2 * sum n (fun j => d (lay i) * U i j + d (lay j) * U j i) <= slack.

(** T16, uncertain weights *)
Theorem T16_uncertain : definite n lay rho h d W0 m -> definite n lay rho h d W (m - slack).
Proof.
  intros H u Hu. specialize (H u Hu). set (N := sum n (fun i => u i * u i)) in *.
  assert (E : form n lay rho h d W u = form n lay rho h d W0 u
    - sum n (fun i => sum n (fun j => d (lay i) * (W i j - W0 i j) * (u i * u j)))).
  { unfold form, drive.
    assert (X : sum n (fun i => d (lay i) * u i * sum n (fun j => W i j * u j))
      = sum n (fun i => d (lay i) * u i * sum n (fun j => W0 i j * u j))
      + sum n (fun i => sum n (fun j => d (lay i) * (W i j - W0 i j) * (u i * u j)))).
    { rewrite <- sum_plus. apply sum_ext. intros i _. rewrite <- !sum_scal, <- sum_plus.
      apply sum_ext. intros; ring. }
    rewrite X. ring. }
  rewrite E.
  assert (B : sum n (fun i => sum n (fun j => d (lay i) * (W i j - W0 i j) * (u i * u j))) <= slack * N).
  { apply Rle_trans with (sum n (fun i => sum n (fun j => d (lay i) * U i j * (/ 2 * (u i * u i) + / 2 * (u j * u j))))).
    - apply sum_le. intros i Hi. apply sum_le. intros j Hj.
      rewrite !Rmult_assoc. apply Rmult_le_compat_l; [auto|].
      pose proof (near i j Hi Hj) as A. pose proof (Rabs_pos (W i j - W0 i j)).
      eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; auto.
      pose proof (Rle_0_sqr (u i - u j)) as S1. pose proof (Rle_0_sqr (u i + u j)) as S2. unfold Rsqr in S1, S2.
      apply Rabs_le. lra.
    - assert (Sw : sum n (fun i => sum n (fun j => d (lay i) * U i j * (/ 2 * (u i * u i) + / 2 * (u j * u j))))
        = sum n (fun i => / 2 * sum n (fun j => d (lay i) * U i j + d (lay j) * U j i) * (u i * u i))).
      { transitivity (sum n (fun i => sum n (fun j => / 2 * (d (lay i) * U i j) * (u i * u i)))
          + sum n (fun i => sum n (fun j => / 2 * (d (lay i) * U i j) * (u j * u j)))).
        - rewrite <- sum_plus. apply sum_ext. intros i _. rewrite <- sum_plus. apply sum_ext. intros; ring.
        - rewrite (sum_exchange n n (fun i j => / 2 * (d (lay i) * U i j) * (u j * u j))), <- sum_plus.
          apply sum_ext. intros i _. rewrite <- sum_plus, <- sum_scal, <- sum_scal_r. apply sum_ext. intros; ring. }
      rewrite Sw. unfold N. rewrite <- sum_scal. apply sum_le. intros i Hi.
      apply Rmult_le_compat_r; [apply Rle_0_sqr|now apply rows]. }
  lra.
Qed.
End Uncertain.
