(** Least values of p u + q g(u) on intervals, for activations g that are affine in pieces with rational numbers. *)
From Coq Require Import Reals Qreals Qreduction List Bool Lra.
From Hopverify Require Import Functions Networks Exports.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** slope u + offset *)
Record line := Line { slope : Q; offset : Q }.

(** A line up to a number, and then what follows. *)
Record shape := Shape { first : line; next : list (Q * line) }.

Definition along (l : line) (u : R) : R := Q2R (slope l) * u + Q2R (offset l).
Fixpoint piecewise (l : line) (rest : list (Q * line)) (u : R) : R := match rest with
  | [] => along l u
  | (b, l') :: rest => if Rle_dec u (Q2R b) then along l u else piecewise l' rest u end.
Definition has_shape (g : R -> R) (s : shape) : Prop := forall u, g u = piecewise (first s) (next s) u.

(** The same for rational numbers. *)
Definition alongQ (l : line) (u : Q) : Q := (slope l * u + offset l)%Q.
Fixpoint piecewiseQ (l : line) (rest : list (Q * line)) (u : Q) : Q := match rest with
  | [] => alongQ l u
  | (b, l') :: rest => if Qle_bool u b then alongQ l u else piecewiseQ l' rest u end.

Lemma alongQ_is l u : Q2R (alongQ l u) = along l (Q2R u).
Proof. unfold alongQ, along. now rewrite Q2R_plus, Q2R_mult. Qed.

Lemma Qle_bool_dec a b : if Qle_bool a b then Q2R a <= Q2R b else Q2R b < Q2R a.
Proof.
  destruct (Qle_bool a b) eqn:E; [now apply Qle_Rle, Qle_bool_iff|].
  apply Qlt_Rlt, Qnot_le_lt. intro C. apply Qle_bool_iff in C. congruence.
Qed.

Lemma piecewiseQ_is l rest u : Q2R (piecewiseQ l rest u) = piecewise l rest (Q2R u).
Proof.
  revert l. induction rest as [|(b, l') rest IH]; intro l; simpl; [apply alongQ_is|].
  pose proof (Qle_bool_dec u b) as D. destruct (Rle_dec (Q2R u) (Q2R b)), (Qle_bool u b); try lra; auto using alongQ_is.
Qed.

(** ** Intervals: no end is infinite *)
Definition interval := (option Q * option Q)%type.
Definition on (X : interval) (u : R) : Prop :=
  match fst X with Some a => Q2R a <= u | None => True end /\ match snd X with Some b => u <= Q2R b | None => True end.

Definition no_more (X : interval) (b : Q) : interval :=
  (fst X, match snd X with Some c => Some (if Qle_bool c b then c else b) | None => Some b end).
Definition no_less (X : interval) (a : Q) : interval :=
  (match fst X with Some c => Some (if Qle_bool a c then c else a) | None => Some a end, snd X).

Lemma on_no_more X b u : on X u -> u <= Q2R b -> on (no_more X b) u.
Proof.
  intros (A & B) H. split; [exact A|]. unfold no_more. simpl. destruct (snd X) as [c|]; [|exact H].
  now destruct (Qle_bool c b).
Qed.

Lemma on_no_less X a u : on X u -> Q2R a <= u -> on (no_less X a) u.
Proof.
  intros (A & B) H. split; [|exact B]. unfold no_less. simpl. destruct (fst X) as [c|]; [|exact H].
  now destruct (Qle_bool a c).
Qed.

(** ** Least values *)
Inductive bound := Nothing | Unbounded | Least (m : Q).
Definition bounds (r : bound) (v : R) : Prop :=
  match r with Nothing => False | Unbounded => True | Least m => Q2R m <= v end.

Definition either (r s : bound) : bound := match r, s with
  | Nothing, _ => s | _, Nothing => r
  | Least a, Least b => Least (if Qle_bool a b then a else b)
  | _, _ => Unbounded end.
Definition both (r s : bound) : bound := match r, s with
  | Nothing, _ => Nothing | _, Nothing => Nothing
  | Least a, Least b => Least (Qred (a + b))
  | _, _ => Unbounded end.

Lemma bounds_left r s v : bounds r v -> bounds (either r s) v.
Proof.
  destruct r as [| |a], s as [| |b]; simpl; try tauto. intro H. pose proof (Qle_bool_dec a b).
  destruct (Qle_bool a b); lra.
Qed.

Lemma bounds_right r s v : bounds s v -> bounds (either r s) v.
Proof.
  destruct r as [| |a], s as [| |b]; simpl; try tauto. intro H. pose proof (Qle_bool_dec a b).
  destruct (Qle_bool a b); lra.
Qed.

Lemma bounds_both r s v w : bounds r v -> bounds s w -> bounds (both r s) (v + w).
Proof.
  destruct r as [| |a], s as [| |b]; cbn [both bounds]; try tauto. intros.
  rewrite (Qeq_eqR _ _ (Qred_correct (a + b))), Q2R_plus. lra.
Qed.

(** Of s u + c on an interval. *)
Definition is_empty (X : interval) : bool :=
  match X with (Some a, Some b) => negb (Qle_bool a b) | _ => false end.
Definition of_line (s c : Q) (X : interval) : bound :=
  if is_empty X then Nothing else if Qeq_bool s 0 then Least c else
  match (if Qle_bool 0 s then fst X else snd X) with Some a => Least (s * a + c) | None => Unbounded end.

Lemma of_line_bounds s c X u : on X u -> bounds (of_line s c X) (Q2R s * u + Q2R c).
Proof.
  intro H. unfold of_line. destruct (is_empty X) eqn:E.
  - destruct X as ([a|] & [b|]); try discriminate. simpl in E. destruct H as (A & B). simpl in A, B.
    pose proof (Qle_bool_dec a b). destruct (Qle_bool a b); [discriminate|simpl; lra].
  - destruct (Qeq_bool s 0) eqn:Z.
    + apply Qeq_bool_iff, Qeq_eqR in Z. rewrite Q2R_zero in Z. simpl. rewrite Z. lra.
    + destruct H as (A & B). pose proof (Qle_bool_dec 0 s) as S. rewrite Q2R_zero in S. destruct (Qle_bool 0 s).
      * destruct (fst X) as [a|]; simpl; auto. rewrite Q2R_plus, Q2R_mult. apply Rplus_le_compat_r.
        now apply Rmult_le_compat_l.
      * destruct (snd X) as [b|]; simpl; auto. rewrite Q2R_plus, Q2R_mult.
        assert (0 <= - Q2R s * (Q2R b - u)) by (apply Rmult_le_pos; lra). lra.
Qed.

(** Of p u + q g(u) on an interval. *)
Fixpoint least (p q : Q) (l : line) (rest : list (Q * line)) (X : interval) : bound :=
  let here := of_line (p + q * slope l) (q * offset l) in
  match rest with [] => here X
  | (b, l') :: rest => either (here (no_more X b)) (least p q l' rest (no_less X b)) end.

Theorem least_bounds p q l rest X u : on X u -> bounds (least p q l rest X) (Q2R p * u + Q2R q * piecewise l rest u).
Proof.
  assert (H : forall l Y, on Y u ->
    bounds (of_line (p + q * slope l) (q * offset l) Y) (Q2R p * u + Q2R q * along l u)).
  { intros k Y HY. replace (Q2R p * u + Q2R q * along k u) with (Q2R (p + q * slope k) * u + Q2R (q * offset k)).
    - now apply of_line_bounds.
    - unfold along. rewrite Q2R_plus, !Q2R_mult. ring. }
  revert l X. induction rest as [|(b, l') rest IH]; intros l X HX; simpl; [now apply H|].
  destruct (Rle_dec u (Q2R b)) as [Q|Q].
  - apply bounds_left, H. now apply on_no_more.
  - apply bounds_right, IH. apply on_no_less; [exact HX|lra].
Qed.

(** A function made of relu, max, min and |u| has a shape: case by case. *)
Ltac by_shape := unfold relu, Rmin, Rmax, Rabs; cbn [first next piecewise along slope offset]; unfold along, Q2R;
  cbn [slope offset Qnum Qden]; repeat (destruct Rle_dec || destruct Rcase_abs); lra.
