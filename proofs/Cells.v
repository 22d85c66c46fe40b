(** Cells: products of intervals, infinite ends allowed, and the point of a cell that is nearest to a
    state, coordinate by coordinate. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes.
Open Scope R_scope.

Definition between_ends (lo hi : Rbar) (u : R) : Prop := Rbar_le lo u /\ Rbar_le u hi.

(** The point of [lo, hi] nearest to u. *)
Definition clamp (lo hi : Rbar) (u : R) : R :=
  let v := match lo with Finite a => Rmax a u | _ => u end in
  match hi with Finite c => Rmin c v | _ => v end.

Section Interval.
Variables lo hi : Rbar.
(** The interval is not empty. *)
Variable o : R.
Hypothesis inside : between_ends lo hi o.

Ltac cases := unfold clamp, between_ends, Rmax, Rmin in *;
  destruct lo as [a| |], hi as [c| |]; simpl in *;
  repeat match goal with
  | |- context [Rle_dec ?p ?q] => destruct (Rle_dec p q)
  | K : context [Rle_dec ?p ?q] |- _ => destruct (Rle_dec p q)
  end; intuition lra.

Lemma clamp_inside u : between_ends lo hi (clamp lo hi u).
Proof. cases. Qed.

Lemma clamp_id u : between_ends lo hi u -> clamp lo hi u = u.
Proof. intro H. cases. Qed.

Lemma clamp_slopes u v : u <= v -> 0 <= clamp lo hi v - clamp lo hi u <= v - u.
Proof. intro H. cases. Qed.

(** From the nearest point, the state lies in the other direction than the interval. *)
Lemma clamp_obtuse u w : between_ends lo hi w -> (u - clamp lo hi u) * (w - clamp lo hi u) <= 0.
Proof.
  intro H. assert (u - clamp lo hi u <= 0 /\ (u - clamp lo hi u = 0 \/ clamp lo hi u <= w)
    \/ 0 <= u - clamp lo hi u /\ w <= clamp lo hi u) as [(P & [-> | Q])|(P & Q)]; [cases|lra|nra|nra].
Qed.

(** The distance from the interval. *)
Definition off (u : R) : R := u - clamp lo hi u.

Lemma off_square u : is_derive (fun u => off u * off u) u (2 * off u).
Proof.
  apply derive_by_square with (C := 1). intro v.
  pose proof (clamp_obtuse u (clamp lo hi v) (clamp_inside v)) as P.
  pose proof (clamp_obtuse v (clamp lo hi u) (clamp_inside u)) as Q.
  fold (off u) in P. fold (off v) in Q. set (p := clamp lo hi u) in *. set (q := clamp lo hi v) in *.
  assert (E : v - u = off v - off u + (q - p)) by (unfold off, p, q; ring). rewrite E.
  set (r := off u) in *. set (s := off v) in *. clearbody r s p q.
  pose proof (Rle_0_sqr (s - r)) as S1. pose proof (Rle_0_sqr (q - p)) as S2. unfold Rsqr in S1, S2.
  replace (s * s - r * r - 2 * r * (s - r + (q - p))) with ((s - r) * (s - r) - 2 * (r * (q - p))) by ring.
  replace ((s - r + (q - p)) * (s - r + (q - p)))
    with ((s - r) * (s - r) + (q - p) * (q - p) - 2 * (r * (q - p)) - 2 * (s * (p - q))) by ring.
  rewrite Rabs_pos_eq; lra.
Qed.

(** Off the interval, the nearest point is the end on that side. *)
Lemma off_end u : (off u < 0 -> lo = Finite (clamp lo hi u)) /\ (0 < off u -> hi = Finite (clamp lo hi u)).
Proof.
  pose proof inside as I. unfold off, clamp, between_ends, Rmax, Rmin in *.
  destruct lo as [a| |], hi as [c| |]; simpl in *;
  repeat match goal with
  | |- context [Rle_dec ?p ?q] => destruct (Rle_dec p q)
  | K : context [Rle_dec ?p ?q] |- _ => destruct (Rle_dec p q)
  end; split; intro A; try lra; try (f_equal; lra); exfalso; intuition lra.
Qed.

(** An activation with slopes at most h on the interval, continued by its values at the ends. *)
Lemma clamped_slopes g h : 0 <= h ->
  (forall u v, between_ends lo hi u -> between_ends lo hi v -> u <= v -> 0 <= g v - g u <= h * (v - u)) ->
  slopes_at_most (fun u => g (clamp lo hi u)) h.
Proof.
  intros Hh H u v Huv. pose proof (clamp_slopes u v Huv) as (C1 & C2).
  pose proof (H (clamp lo hi u) (clamp lo hi v) (clamp_inside u) (clamp_inside v) ltac:(lra)) as (G1 & G2).
  split; [exact G1|]. apply Rle_trans with (1 := G2). apply Rmult_le_compat_l; lra.
Qed.
End Interval.

(** The cell of the intervals [lo i, hi i], and its point nearest to a state. *)
Definition in_cell (n : nat) (lo hi : nat -> Rbar) (x : vec) : Prop :=
  forall i, (i < n)%nat -> between_ends (lo i) (hi i) (x i).
Definition nearest (lo hi : nat -> Rbar) (x : vec) : vec := fun i => clamp (lo i) (hi i) (x i).

Lemma nearest_in_cell n lo hi o x : in_cell n lo hi o -> in_cell n lo hi (nearest lo hi x).
Proof. intros H i Hi. apply clamp_inside with (o i). now apply H. Qed.
