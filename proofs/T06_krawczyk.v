(** T6, lists of equilibria, by Krawczyk's test: a box that holds exactly one equilibrium, and boxes that hold no two.
    The form of it here shrinks distances, measured by the widths of the box, so that Banach's theorem applies. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

(** ** Distances measured by widths w > 0 *)
Section Widths.
Variable n : nat.
Variable w : vec.
Hypothesis w_pos : forall i, (i < n)%nat -> 0 < w i.
Definition near (M : R) (x y : vec) : Prop := forall i, (i < n)%nat -> Rabs (y i - x i) <= M * w i.

Lemma near_some x y : exists M, 0 <= M /\ near M x y.
Proof.
  unfold near. revert w_pos. induction n as [|m IH]; intro H; [exists 0; split; [lra|intros; lia]|].
  destruct IH as (M & HM & K). { intros; apply H; lia. } pose proof (H m ltac:(lia)) as P.
  exists (Rmax M (Rabs (y m - x m) / w m)). split; [eapply Rle_trans; [exact HM|apply Rmax_l]|]. intros i Hi.
  pose proof (Rmax_l M (Rabs (y m - x m) / w m)). pose proof (Rmax_r M (Rabs (y m - x m) / w m)).
  destruct (Nat.eq_dec i m) as [->|].
  - replace (Rabs (y m - x m)) with (Rabs (y m - x m) / w m * w m) at 1 by (field; lra). apply Rmult_le_compat_r; lra.
  - eapply Rle_trans; [apply K; lia|]. apply Rmult_le_compat_r; [apply Rlt_le, H; lia|assumption].
Qed.

(** What shrinks by a factor, again and again, is 0. *)
Lemma shrunk x y q : 0 < q < 1 -> (forall M, 0 <= M -> near M x y -> near (q * M) x y) -> agree n x y.
Proof.
  intros Hq H. destruct (near_some x y) as (M & HM & K).
  assert (Q : forall k, 0 <= q ^ k * M /\ near (q ^ k * M) x y).
  { induction k as [|k (P & IH)]; [rewrite pow_O, Rmult_1_l; now split|]. simpl. rewrite Rmult_assoc.
    split; [apply Rmult_le_pos; lra|now apply H]. }
  intros i Hi. assert (L : is_lim_seq (fun k => q ^ k * (M * w i)) 0).
  { evar_last. apply (is_lim_seq_scal_r (fun k => q ^ k) (M * w i) 0). apply is_lim_seq_geom. rewrite Rabs_pos_eq; lra.
    simpl. f_equal. ring. }
  assert (Z : Rabs (y i - x i) <= 0).
  { apply (is_lim_seq_le (fun _ => Rabs (y i - x i)) (fun k => q ^ k * (M * w i)) (Rabs (y i - x i)) 0);
      [|apply is_lim_seq_const|exact L]. intro k. destruct (Q k) as (_ & N). specialize (N i Hi). lra. }
  pose proof (Rabs_pos (y i - x i)) as P. assert (E : Rabs (y i - x i) = 0) by lra. apply Rabs_eq_0 in E. lra.
Qed.

(** Banach's theorem for the box of half-widths w around c. *)
Lemma box_banach (N : vec -> vec) (c : vec) q : 0 < q < 1 ->
  (forall x, near 1 c x -> near 1 c (N x)) ->
  (forall x y M, near 1 c x -> near 1 c y -> 0 <= M -> near M x y -> near (q * M) (N x) (N y)) ->
  exists l, near 1 c l /\ agree n (N l) l.
Proof.
  intros Hq Hin Hc. set (s := fun k => Nat.iter k N c).
  assert (Hs : forall k, s (S k) = N (s k)) by reflexivity.
  assert (Cu : forall k, near 1 c (s k)).
  { induction k; [|rewrite Hs; auto]. intros i Hi. simpl. rewrite Rminus_eq_0, Rabs_R0. specialize (w_pos i Hi). lra. }
  assert (Qp : forall k, 0 < q ^ k) by (intro; apply pow_lt; lra).
  assert (St : forall k, near (q ^ k) (s k) (s (S k))).
  { induction k; [exact (Cu 1%nat)|]. rewrite (Hs (S k)). simpl pow. rewrite (Hs k) at 1.
    apply Hc; auto. apply Rlt_le, Qp. }
  assert (Tail : forall m k, near (q ^ k * (1 - q ^ m) / (1 - q)) (s k) (s (m + k)%nat)).
  { induction m; intros k i Hi.
    - simpl. rewrite Rminus_eq_0, Rabs_R0. right. field. lra.
    - replace (s (S m + k)%nat i - s k i) with ((s (S (m + k)) i - s (m + k)%nat i) + (s (m + k)%nat i - s k i)) by
        (simpl; ring).
      eapply Rle_trans; [apply Rabs_triang|]. pose proof (St (m + k)%nat i Hi) as A. pose proof (IHm k i Hi) as B.
      eapply Rle_trans; [apply Rplus_le_compat; [exact A|exact B]|]. right. rewrite pow_add. simpl. field. lra. }
  assert (Cv : forall i, (i < n)%nat -> ex_finite_lim_seq (fun k => s k i)).
  { intros i Hi. assert (ES : ex_series (fun k => s (S k) i - s k i)).
    { apply (ex_series_le (K := R_AbsRing) (V := R_CompleteNormedModule) (fun k => s (S k) i - s k i) (fun k => w i *
        q ^ k)).
      { intro k. rewrite Rmult_comm. apply St; auto. }
      apply (ex_series_scal_l (w i) (fun k => q ^ k)). apply ex_series_geom. rewrite Rabs_pos_eq; lra. }
    destruct ES as (l & Hl). exists (l + s 0%nat i). apply is_lim_seq_incr_1.
    apply (is_lim_seq_ext (fun k => sum_n (fun k => s (S k) i - s k i) k + s 0%nat i));
      [|apply is_lim_seq_plus'; [exact Hl|apply is_lim_seq_const]].
    induction n0; [rewrite sum_O; ring|]. rewrite sum_Sn. unfold plus; simpl. simpl in IHn0. lra. }
  set (l := fun i => real (Lim_seq (fun k => s k i))).
  assert (Hl : forall i, (i < n)%nat -> is_lim_seq (fun k => s k i) (l i)) by (intros i Hi; apply Lim_seq_correct';
    auto).
  assert (Lim : forall x M, (forall m, near M x (s m)) -> near M x l).
  { intros x M H i Hi. apply (is_lim_seq_le (fun k => Rabs (s k i - x i)) (fun _ => M * w i) (Rabs (l i - x i)) (M * w
      i));
      [intro k; apply H; auto| |apply is_lim_seq_const].
    apply (is_lim_seq_abs (fun k => s k i - x i) (l i - x i)). apply is_lim_seq_minus'; [auto|apply is_lim_seq_const]. }
  assert (Cl : near 1 c l) by (apply Lim; exact Cu).
  assert (Far : forall k, near (q ^ k / (1 - q)) (s k) l).
  { intros k i Hi. apply (is_lim_seq_le (fun m => Rabs (s (m + k)%nat i - s k i)) (fun _ => q ^ k / (1 - q) * w i)
      (Rabs (l i - s k i)) (q ^ k / (1 - q) * w i)); [| |apply is_lim_seq_const].
    - intro m. eapply Rle_trans; [apply (Tail m k i Hi)|]. apply Rmult_le_compat_r; [apply Rlt_le; auto|].
      unfold Rdiv. apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; lra|]. pose proof (Qp m).
      pose proof (Qp k). nra.
    - apply (is_lim_seq_abs (fun m => s (m + k)%nat i - s k i) (l i - s k i)).
      apply is_lim_seq_minus'; [|apply is_lim_seq_const].
      apply (is_lim_seq_incr_n (fun m => s m i) k). auto. }
  exists l. split; auto. intros i Hi.
  assert (Sq : is_lim_seq (fun k => N l i - s (S k) i) 0).
  { apply (is_lim_seq_le_le (fun k => - (q / (1 - q) * w i) * q ^ k) _ (fun k => q / (1 - q) * w i * q ^ k)).
    - intro k. rewrite Ropp_mult_distr_l_reverse. apply Rabs_le_between. rewrite Hs.
      assert (A : near (q * (q ^ k / (1 - q))) (N (s k)) (N l)).
      { apply Hc; auto. unfold Rdiv. apply Rmult_le_pos; [apply Rlt_le, Qp|apply Rlt_le, Rinv_0_lt_compat; lra]. }
      eapply Rle_trans; [apply A; auto|]. right. field. lra.
    - evar_last. apply (is_lim_seq_scal_l (fun k => q ^ k) (- (q / (1 - q) * w i)) 0). apply is_lim_seq_geom.
      rewrite Rabs_pos_eq; lra.
      simpl. f_equal. ring.
    - evar_last. apply (is_lim_seq_scal_l (fun k => q ^ k) (q / (1 - q) * w i) 0). apply is_lim_seq_geom.
      rewrite Rabs_pos_eq; lra.
      simpl. f_equal. ring. }
  assert (Sl : is_lim_seq (fun k => N l i - s (S k) i) (N l i - l i)).
  { apply is_lim_seq_minus'; [apply is_lim_seq_const|apply (is_lim_seq_incr_1 (fun k => s k i)); auto]. }
  pose proof (is_lim_seq_unique _ _ Sq) as U. rewrite (is_lim_seq_unique _ _ Sl) in U. injection U as U. lra.
Qed.
End Widths.

(** ** The test *)
Section Test.
Variable n : nat.
Variables W Y : nat -> nat -> R.
Variables b rho : vec.
Variable g : nat -> R -> R.

(** F(x) = rho x - b - W g(x), and what Y F is. *)
Definition residual (x : vec) : vec := fun i => rho i * x i - b i - sum n (fun j => W i j * g j (x j)).
Definition moved (x : vec) : vec := fun i => x i - sum n (fun j => Y i j * residual x j).

(** Bounds of all slopes on a box, and of I - Y J. *)
Variables low high c w : vec.
Variables least most : vec.
Hypothesis w_pos : forall i, (i < n)%nat -> 0 < w i.
Definition in_box (x : vec) : Prop := forall i, (i < n)%nat -> low i <= x i <= high i.
Hypothesis slopes : forall i u v, (i < n)%nat -> low i <= u <= high i -> low i <= v <= high i ->
  exists s, least i <= s <= most i /\ g i v - g i u = s * (v - u).
Definition pulled (i j : nat) : R := sum n (fun k => Y i k * W k j).
Definition apart (i j : nat) : R := (if Nat.eqb i j then 1 else 0) - Y i j * rho j.
Definition worst (i j : nat) : R := Rmax (Rabs (apart i j + pulled i j * least j)) (Rabs (apart i j + pulled i j *
  most j)).
Variable q : R.
Hypothesis q_range : 0 < q < 1.
Hypothesis contracts : forall i, (i < n)%nat -> sum n (fun j => worst i j * w j) <= q * w i.

Lemma affine_between a m l h s : l <= s <= h -> Rabs (a + m * s) <= Rmax (Rabs (a + m * l)) (Rabs (a + m * h)).
Proof.
  intro H. pose proof (Rmax_l (Rabs (a + m * l)) (Rabs (a + m * h))).
  pose proof (Rmax_r (Rabs (a + m * l)) (Rabs (a + m * h))).
  pose proof (Rle_abs (a + m * l)). pose proof (Rle_abs (a + m * h)). pose proof (Rle_abs (- (a + m * l))) as P1.
  pose proof (Rle_abs (- (a + m * h))) as P2. rewrite Rabs_Ropp in P1, P2. apply Rabs_le.
  destruct (Rle_dec 0 m); split; nra.
Qed.

Lemma sum_one (f : vec) i : (i < n)%nat -> sum n (fun j => if Nat.eqb i j then f j else 0) = f i.
Proof.
  clear. induction n as [|p IH]; intro Hi; [lia|]. simpl. destruct (Nat.eqb_spec i p) as [->|Q].
  - rewrite (sum_ext p _ (fun _ => 0)), sum_zero; [ring|]. intros j Hj. destruct (Nat.eqb_spec p j); [lia|reflexivity].
  - rewrite IH by lia. ring.
Qed.

Lemma choice (P : nat -> R -> Prop) m : (forall j, (j < m)%nat -> exists s, P j s) ->
  exists s : vec, forall j, (j < m)%nat -> P j (s j).
Proof.
  induction m as [|m IH]; intro H; [exists (fun _ => 0); intros; lia|]. destruct IH as (s & Hs).
  { intros; apply H; lia. }
  destruct (H m ltac:(lia)) as (v & Hv). exists (fun j => if Nat.eqb j m then v else s j). intros j Hj.
  destruct (Nat.eqb_spec j m) as [->|]; [exact Hv|apply Hs; lia].
Qed.

Lemma moved_difference x y : in_box x -> in_box y -> exists s : vec, (forall j, (j < n)%nat ->
  least j <= s j <= most j) /\
  forall i, (i < n)%nat -> moved y i - moved x i = sum n (fun j => (apart i j + pulled i j * s j) * (y j - x j)).
Proof.
  intros Hx Hy. destruct (choice (fun j s => least j <= s <= most j /\ g j (y j) - g j (x j) = s * (y j - x j)) n) as
    (s & Hs).
  { intros j Hj. apply slopes; auto. }
  exists s. split; [intros j Hj; apply Hs; auto|]. intros i Hi. unfold moved.
  assert (FD : forall k, (k < n)%nat -> residual y k - residual x k = rho k * (y k - x k) - sum n (fun j => W k j * s
    j * (y j - x j))).
  { intros k Hk. unfold residual. rewrite (sum_ext n (fun j => W k j * s j * (y j - x j)) (fun j => W k j * g j (y j)
      - W k j * g j (x j))).
    - rewrite sum_minus. ring.
    - intros j Hj. rewrite <- Rmult_minus_distr_l, (proj2 (Hs j Hj)). ring. }
  assert (E : sum n (fun k => Y i k * residual y k) - sum n (fun k => Y i k * residual x k)
    = sum n (fun j => Y i j * rho j * (y j - x j)) - sum n (fun j => pulled i j * s j * (y j - x j))).
  { rewrite <- sum_minus, (sum_ext n (fun k => Y i k * residual y k - Y i k * residual x k)
      (fun k => Y i k * rho k * (y k - x k) - sum n (fun j => Y i k * W k j * (s j * (y j - x j))))).
    - rewrite sum_minus. f_equal. rewrite sum_exchange. apply sum_ext. intros j _. unfold pulled.
      rewrite <- !sum_scal_r. apply sum_ext. intros; ring.
    - intros k Hk. rewrite <- Rmult_minus_distr_l, (FD k Hk), Rmult_minus_distr_l, <- sum_scal. f_equal; [ring|].
      apply sum_ext. intros; ring. }
  replace (y i - _ - _) with ((y i - x i) - (sum n (fun k => Y i k * residual y k) - sum n (fun k => Y i k * residual
    x k))) by ring.
  rewrite E. pose proof (sum_one (fun j => y j - x j) i Hi) as One. cbv beta in One. rewrite <- One, <- !sum_minus.
  apply sum_ext. intros j _. unfold apart.
  destruct (Nat.eqb i j); ring.
Qed.

Lemma moved_near x y M : in_box x -> in_box y -> 0 <= M -> near n w M x y -> near n w (q * M) (moved x) (moved y).
Proof.
  intros Hx Hy M0 HM i Hi. destruct (moved_difference x y Hx Hy) as (s & Hs & E). rewrite (E i Hi).
  eapply Rle_trans; [apply sum_abs|]. apply Rle_trans with (sum n (fun j => worst i j * w j * M)).
  - apply sum_le. intros j Hj. rewrite Rabs_mult, Rmult_assoc.
    apply Rmult_le_compat; try apply Rabs_pos; [apply affine_between; auto|]. rewrite Rmult_comm. apply HM; auto.
  - rewrite sum_scal_r. replace (q * M * w i) with (q * w i * M) by ring. apply Rmult_le_compat_r; auto.
Qed.

Definition at_rest (x : vec) : Prop := forall i, (i < n)%nat -> residual x i = 0.
Lemma rest_is_fixed x : at_rest x -> agree n (moved x) x.
Proof.
  intros H i Hi. unfold moved. rewrite (sum_ext n _ (fun _ => 0)), sum_zero; [ring|]. intros j Hj. rewrite (H j Hj).
  ring.
Qed.

Theorem no_two_in_box x y : in_box x -> in_box y -> at_rest x -> at_rest y -> agree n x y.
Proof.
  intros Hx Hy Rx Ry. apply (shrunk n w w_pos x y q q_range). intros M M0 HM i Hi.
  pose proof (moved_near x y M Hx Hy M0 HM i Hi) as A.
  now rewrite (rest_is_fixed x Rx i Hi), (rest_is_fixed y Ry i Hi) in A.
Qed.

Hypothesis is_box : forall i, (i < n)%nat -> low i = c i - w i /\ high i = c i + w i.
Hypothesis stays : forall i, (i < n)%nat ->
  Rabs (sum n (fun j => Y i j * residual c j)) + sum n (fun j => worst i j * w j) <= w i.
(** Y is regular, as Z is nearly its inverse. *)
Variable Z : nat -> nat -> R.
Hypothesis regular : forall i, (i < n)%nat ->
  sum n (fun k => Rabs ((if Nat.eqb i k then 1 else 0) - sum n (fun j => Z i j * Y j k))) <= 1 / 2.

Lemma regular_zero v : (forall i, (i < n)%nat -> sum n (fun j => Y i j * v j) = 0) -> forall i, (i < n)%nat -> v i = 0.
Proof.
  intros H. assert (A : agree n (fun _ => 0) v); [|intros i Hi; now rewrite <- (A i Hi)].
  apply (shrunk n (fun _ => 1)) with (q := 1 / 2); [intros; lra|lra|]. intros M M0 HM i Hi. rewrite Rminus_0_r.
  assert (E : v i = sum n (fun k => ((if Nat.eqb i k then 1 else 0) - sum n (fun j => Z i j * Y j k)) * v k)).
  { rewrite (sum_ext n _ (fun k => (if Nat.eqb i k then v k else 0) - sum n (fun j => Z i j * (Y j k * v k)))).
    - rewrite sum_minus, (sum_one v i Hi), <- sum_exchange.
      rewrite (sum_ext n (fun j => sum n (fun k => Z i j * (Y j k * v k))) (fun _ => 0)), sum_zero; [ring|].
      intros j Hj. now rewrite sum_scal, (H j Hj), Rmult_0_r.
    - intros k _. rewrite Rmult_minus_distr_r, <- sum_scal_r. f_equal; [destruct (Nat.eqb i k); ring|].
      apply sum_ext. intros; ring. }
  rewrite E. eapply Rle_trans; [apply sum_abs|]. eapply Rle_trans.
  - apply sum_le. intros k Hk. rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|].
    specialize (HM k Hk). rewrite Rminus_0_r in HM. exact HM.
  - rewrite sum_scal_r. pose proof (regular i Hi). rewrite !Rmult_1_r. apply Rmult_le_compat_r; [exact M0|assumption].
Qed.

Theorem one_in_box : exists x, in_box x /\ at_rest x.
Proof.
  assert (B : forall x, near n w 1 c x <-> in_box x).
  { intro x. split; intros H i Hi; specialize (H i Hi); destruct (is_box i Hi) as (E1 & E2).
    - apply Rabs_le_between in H. lra.
    - apply Rabs_le. lra. }
  assert (Cc : in_box c). { intros i Hi. destruct (is_box i Hi). specialize (w_pos i Hi). lra. }
  destruct (box_banach n w w_pos moved c q q_range) as (x & Hx & E).
  - intros x Hx i Hi. apply B in Hx. destruct (moved_difference c x Cc Hx) as (s & Hs & E).
    replace (moved x i - c i) with ((moved x i - moved c i) - sum n (fun j => Y i j * residual c j)) by (unfold moved
      at 2; ring).
    rewrite (E i Hi). eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp, Rmult_1_l.
    apply Rle_trans with (2 := stays i Hi). rewrite Rplus_comm. apply Rplus_le_compat_l.
    eapply Rle_trans; [apply sum_abs|]. apply sum_le. intros j Hj. rewrite Rabs_mult.
    apply Rmult_le_compat; try apply Rabs_pos; [apply affine_between; auto|]. apply B in Hx. specialize (Hx j Hj). lra.
  - intros x y M Hx Hy. apply moved_near; now apply B.
  - exists x. split; [now apply B|]. unfold at_rest. apply regular_zero. intros i Hi. specialize (E i Hi).
    unfold moved in E. lra.
Qed.
End Test.
